# Stands in for FreeBSD's bsd.port.mk (Porter's Handbook): what our Makefile uses of it, for bmake(1) anywhere.
PREFIX=		/usr/local
WRKDIR=		${WORK}
WRKSRC=		${WORK}/source
STAGEDIR=	${WORK}/stage
PYTHON_SITELIBDIR=	${PREFIX}/lib/python3.11/site-packages
PYTHON_PKGNAMEPREFIX=	py311-
PY_FLAVOR=	py311
OPENSSLINC=	/usr/include
OPENSSLLIB=	/usr/lib
MKDIR=		/bin/mkdir -p
INSTALL_DATA=	install -m 0644
INSTALL_MAN=	install -m 0644
STRIP_CMD=	echo strip
REINPLACE_CMD=	sed -i.bak
COPYTREE_SHARE=	cp -R

.if !target(post-patch-GUI-off)
post-patch-GUI-off:
.endif
.if ${GUI} == on
patch: post-patch
install: post-install post-install-GUI-on
.else
patch: post-patch post-patch-GUI-off
install: post-install
.endif
