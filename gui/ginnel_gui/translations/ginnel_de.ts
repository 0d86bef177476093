<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>About</name>
    <message>
        <source>About Ginnel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Version %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Service: version %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Service: no contact</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connects this machine to IKEv2/IPsec VPNs, and does so without the system&apos;s own IPsec.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A ginnel is a narrow covered passage between buildings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ginnel is free software under the Apache License 2.0.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Made with Qt %1 and PySide6 (GNU LGPL 3), Python %2 (PSF License), OpenSSL and cryptography (Apache License 2.0, BSD), msgspec (BSD).</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>App</name>
    <message>
        <source>Ginnel goes on here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quit it with this icon&apos;s menu.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>CandidateView</name>
    <message>
        <source>The name may have letters (A to Z), digits, dots, hyphens and underscores.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is a connection of this name. Choose another name, or replace it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Missing: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Say whether to trust the certificate.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name of the connection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Replace the one that there is, with its secrets</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Replace the connection of this name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Updates %1, which came from the same file. Its secrets stay.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A new connection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the file does not say</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a &amp;file…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open the certificate&apos;s file with this password</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file brings a certificate that would vouch for the gateway. Compare its fingerprint with what your administrator tells you.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Trust it, for this connection only</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Do not trust it; only what this machine trusts counts</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>CertificateFiles</name>
    <message>
        <source>Certificates (%1)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All files (%1)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Password of the file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>That password does not open %1. Try again:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 is protected. Its password:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file cannot be used</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 holds no certificate or key that can be used.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PEM, DER and PKCS#12 files are read, such as .pem, .crt and .p12.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>CertificateView</name>
    <message>
        <source>itself</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Vouched for by %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>For %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>SHA-256 fingerprint of %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>SHA-256 fingerprint</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Certificate of %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Valid from %1 to %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not valid before %1 (to %2)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Valid from %1, and ends soon: %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Has expired: it was valid from %1 to %2</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Chart</name>
    <message>
        <source>2 minutes ago</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>now</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Commands</name>
    <message>
        <source>&amp;Import a file…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;New connection…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Close window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Preferences…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Connect</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Disconnect</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Try now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Answer…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cop&amp;y details</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Edit…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>D&amp;uplicate…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>E&amp;xport…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>De&amp;lete…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Find a connection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;About Ginnel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Connection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ConnectionPage</name>
    <message>
        <source>for %1</source>
        <extracomment>Longer lines are tiresome to read.</extracomment>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>DiagnosisPage</name>
    <message>
        <source>Diagnostics</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looks at everything between this machine and the gateway, and says what to do about it. That takes half a minute at most, and changes nothing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The report was not saved</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose another folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saved as %1. Look through it before you send it to anyone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Save report…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Writes all of it to a file for whoever helps you, without passwords and keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Leave names and addresses in the report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Else user names and public addresses are masked</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Progress of the examination</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reports (*.tar.gz)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Examine %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Beginning…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Problems found: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No problem found</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Dialogs</name>
    <message>
        <source>Delete a connection</source>
        <extracomment>What a new connection begins with: a server and a user name suffice.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete %1?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its secrets are forgotten with it. This cannot be undone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A copy of %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>That was not done</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>DropSign</name>
    <message>
        <source>Drop the file to import it</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Editor</name>
    <message>
        <source>New connection</source>
        <extracomment>More problems than these are counted, not listed.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Edit %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Advanced</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leave the editor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What you changed is not saved yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Undo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Redo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pages of fields</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is wrong</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Why it was not saved</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shows every field, page by page</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Create</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Save changes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cance&amp;l</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>… and %1 more</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Error</name>
    <message>
        <source>The gateway and this connection do not agree on who is who.</source>
        <extracomment>error&apos;s identifier -&gt; words</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the shared key or the certificate, and the identities of both sides, in the editor.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway goes by another name than this connection expects.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>If the name in the details is the gateway&apos;s, enter it as the gateway&apos;s identity in the editor. Otherwise do not connect.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway accepts none of the algorithms that were offered.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask its administrator which ones it accepts, and choose them in the editor. Diagnostics can find out, too.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway refuses the networks that this connection asks for.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask its administrator which networks it serves, and enter them in the editor.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway has no address left for this connection.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again later. If it goes on, its administrator has to enlarge the range of addresses.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway does not answer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check that the Internet can be reached, and the server&apos;s name. The network may also block VPNs: Diagnostics tells.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway stopped answering.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check that the Internet can be reached, then connect again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway was restarted, or gave the connection up.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is connected again by itself. If not, connect again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway sent something that breaks the rules of IKEv2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the details to the gateway&apos;s administrator.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway reported an error of its own.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The keys came to the end of their life before the gateway agreed to new ones.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connect again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway does not accept the user name or the password.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connect again, and type the password anew. Check the user name in the editor.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The password has expired, and was not changed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connect again and choose a new password, or change it where you usually do.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway knows this account, but does not let it in now.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask its administrator whether the account is locked, limited to certain hours, or not allowed to connect from outside.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway refused the login without saying why.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check user name, password and certificate. Then ask the gateway&apos;s administrator.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway wants a way to log in that this connection does not allow.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>If you trust the gateway, allow that way in the editor. MD5 and GTC give away more than the others.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Logging in over TLS failed: the gateway&apos;s server and this connection do not agree.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the TLS versions in the editor, and whether the server wants a certificate of yours.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway&apos;s question was not answered in time, or was refused.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connect again, and answer the question.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The certificate that the gateway shows at the login cannot be verified.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Do not type a password. Check the trusted certificates and the server&apos;s name in the editor.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway&apos;s certificate, or one that vouches for it, has expired.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the date and time of this computer. If they are right, the gateway&apos;s administrator has to renew the certificate.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway&apos;s certificate, or one that vouches for it, is not valid yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the date and time of this computer; its clock is probably slow.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nobody whom this connection trusts vouches for the gateway&apos;s certificate.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>If the gateway has a root certificate of its own, get it from the administrator and add it in the editor. Otherwise somebody may pretend to be the gateway.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway&apos;s certificate, or one that vouches for it, was taken back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Do not connect. Whoever holds it now may be an impostor: ask the gateway&apos;s administrator.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway&apos;s certificate, or one that vouches for it, breaks the rules for certificates.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the details to the gateway&apos;s administrator, who has to issue another one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway sent no certificate, and this connection knows none of it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask its administrator to have it send its certificate, or add the certificate in the editor.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway&apos;s certificate is not meant for a gateway.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its administrator has to issue one for server authentication.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway&apos;s certificate, or one that vouches for it, has a key or a signature that is too weak.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its administrator has to issue another one. The editor can allow SHA-1 signatures, at your risk.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway&apos;s certificate is made out to another name than this connection expects.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the server&apos;s name. If the gateway goes by another one, enter that as its identity in the editor.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nobody could say whether the gateway&apos;s certificate was taken back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check that the Internet can be reached, or let such certificates pass in the editor.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway can sign with SHA-1 only, which is too weak.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask its administrator for SHA-2. Until then the editor can allow SHA-1, at your risk.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway and this connection do not share the post-quantum key that one of them insists on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare its name and the key itself with the gateway&apos;s administrator.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway sends this connection on to others without end.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again later. If it goes on, tell the gateway&apos;s administrator, or forbid redirects in the editor.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no such connection any more.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose another one from the list.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This connection cannot be used as it is written.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Correct what the details name in the editor.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file of this connection cannot be read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete the connection and import it anew, or have an administrator repair the file in the details.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is a connection with this name already.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose another name, or replace the one that is there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The stored secrets of this connection cannot be opened: their key is missing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>They are kept. An administrator has to bring the key back, or you enter the secrets anew in the editor.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The service may not make the tunnel&apos;s network device.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>An administrator has to start the service with the rights that it needs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This computer&apos;s system offers no device for tunnels.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>An administrator has to load the kernel&apos;s module “tun”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another program removed the tunnel&apos;s network device.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The connection makes a new one by itself. If it goes on, look for another VPN or network manager.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The tunnel&apos;s network device %1 was switched off: traffic goes the way it went without the tunnel.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Disconnect and connect again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The connection to the network broke on this computer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The connection begins anew by itself. If it goes on, look at the log.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another program uses UDP port %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quit the other VPN program, then try again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The server&apos;s name is unknown.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check its spelling, and that the Internet can be reached.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The system refused a change of the network settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another VPN or network manager may be in the way. The details and the log tell more.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The system&apos;s firewall cannot be used, and this connection needs it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>An administrator has to install it (on Linux: nftables), or turn the kill switch of this connection off.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The system refused a change of its DNS settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>An administrator has to see why; the details tell the step. The editor can also leave DNS as it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>You may not do that with this connection.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use one of your own, or ask an administrator of this computer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is connected already, or about to be.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Disconnect it first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The question has been answered or withdrawn already.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>If the connection asks again, answer then.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is not connected.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connect it first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No kill switch is on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Traffic passes as always. The editor turns one on for a connection.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This connection has no rules that are on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Turn them on first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This connection is being examined already.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wait half a minute, then try again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The service is being stopped.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wait until it has started again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The service has no such part in its log.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose another one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The service did not understand the app.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>They may be of different versions: an administrator should restart the service after an update.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The service speaks another language than this app.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>They are of different versions: update both, and restart the service.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The service does not know what the app asks for.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>They are of different versions: an administrator should restart the service after an update.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>That is more than the service takes at once.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shorten it, or ask for less.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Too many programs watch the service.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close some of them, then try again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The service failed in a way that nobody foresaw.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Look at the log, and report it with the details.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The service does not answer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The app goes on looking for it. An administrator may have to start it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The service reports something that this app does not know (%1).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bring the app and the service to the same version.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ErrorCard</name>
    <message>
        <source>Co&amp;py details</source>
        <extracomment>How long the button says that it has copied, in milliseconds.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copied</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Export</name>
    <message>
        <source>&amp;Ginnel (.toml)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>For another machine with Ginnel. Nothing is lost.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;strongSwan&apos;s app (.sswan)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>For Android.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Apple&apos;s configuration profile (.mobileconfig)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>For macOS, iPhone and iPad.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message>
        <source>Export %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What gets lost</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It cannot be written: %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;With secrets</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>With secrets</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Whoever has the file can then connect. The service gives no secret away: type them here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>From a file…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Private key from a file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose the file with the private key of your certificate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;New password for the certificate in the file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no private key in the file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Export…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cance&amp;l</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Private key: read</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Private key: none yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file cannot carry: %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Missing: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Missing: the private key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Missing: a password for the certificate in the file</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Facts</name>
    <message>
        <source>Gateway</source>
        <extracomment>Of a list, such as of routes; a profile may have hundreds.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Inside the tunnel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Protection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Way there</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Server</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Proved to be</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Product</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its networks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Networks at hand</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>My addresses</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Names</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search domains</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Goes through</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stays outside</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 times for data, %2 times for the connection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Data</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Key exchange</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 octets, %2 of them for data</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>From</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Carried in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Address translation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Largest packet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Device</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>and %1 more</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Everything (IPv4)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Everything (IPv6)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Asked as without the tunnel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All asked at:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Those below %1 asked at:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>TCP, because UDP does not get through</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Between this machine and the gateway</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>None in front of this machine</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>FactsView</name>
    <message>
        <source>%1: %2</source>
        <extracomment>A card that is narrower wraps its facts more than is pleasant, in points.</extracomment>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Field</name>
    <message>
        <source>Identity</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where the gateway is, who you are to it, and who it has to prove to be.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What this connection is called here. It cannot be changed later.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Server</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway&apos;s name or address.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>UDP port</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where the gateway listens. It is 500 almost everywhere.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your &amp;identity</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Who you are to the gateway. Empty: your user name, or the subject of your certificate.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gateway&apos;s identity</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Who the gateway has to prove to be. Empty: the server&apos;s name. With %any whoever the trusted certificates vouch for.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway proves itself with</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How you can tell that it is the right gateway.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What suits how you sign in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A certificate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The pre-shared key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Signing in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How you prove who you are.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Si&amp;gn in with</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your administrator tells which of these the gateway expects.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is given</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>User name (EAP)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Certificate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pre-shared key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>And then with</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Some gateways want a second proof after the first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing more</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;User name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As the gateway knows you.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Password</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Without one you are asked when it connects.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The password is a code that changes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>You are asked for it each time, and it is never kept.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pre-shared &amp;key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A secret that the gateway and all of its users share.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your &amp;certificate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>With its private key, which is kept as a secret.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your certificate is in a locked PKCS#12 file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Kept as it is, and opened with its password when it connects.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Locked file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Instead of the certificate above.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Password of the locked file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>EAP methods</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Accepted ones, the best first. None: those that suit what you gave.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>TLS (certificate)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>TTLS (password, inside TLS)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PEAP (password, inside TLS)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MSCHAPv2 (password)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>GTC (password or code, shown to the gateway)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MD5 (password, weak)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Outer identity</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is said before anything is encrypted. Empty: the user name.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>EAP proves the gateway as well</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>For gateways without a certificate of their own (RFC 5998).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Inside TTLS</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How the password is shown to the server inside TLS.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MSCHAPv2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PAP, in the clear</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another EAP method</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Names of the EAP server</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One of them its certificate must bear. None: the gateway&apos;s identity.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Oldest TLS</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Inside EAP. Older servers have 1.2 alone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>TLS 1.2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>TLS 1.3</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Newest TLS</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Inside EAP. Some servers claim 1.3 and fail at it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Prefer RSA signatures with PSS</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>For gateways that refuse the older padding.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where your certificate is published</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>For gateways that look certificates up: yours, then those above it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Certificates</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Whom this connection trusts, and the certificates that are kept with it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Trusted roots</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One of them has to vouch for the gateway, for this connection only. None: those that this machine trusts.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This machine&apos;s roots count as well</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Beside the trusted roots above.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask when nobody vouches for the gateway</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>You compare its fingerprint. Without roots and only certificate alone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only this certificate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway must have this one, whoever vouches for it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Kept with this connection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PEM, DER and PKCS#12 files are read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask whether certificates were taken back (OCSP)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>At the address that the certificate names.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fetch lists of certificates that were taken back (CRL)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>From the address that the certificate names.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Refuse the gateway when nobody can tell</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Otherwise an unreachable list or answer is passed over.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tell the gateway which roots are trusted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gateways with several certificates pick the right one by it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fetch certificates that the gateway names by address</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It may name a hash and a URL instead of sending its certificate.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A name in the subject alone will do</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>For old certificates without alternative names.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Signatures with SHA-1 will do</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>They can be forged. For old gateways alone, at your risk.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As suits the rest</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Passes outside the tunnel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Is refused</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>When none of it goes into the tunnel. By itself it is refused where the tunnel has all of the other kind.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Network</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What goes through the tunnel, and what does not.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Through the tunnel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Networks, one a line. 0.0.0.0/0 and ::/0 are everything.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not through the tunnel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Networks that keep out although one above covers them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The local network stays within reach</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Printers and other machines nearby keep out of the tunnel.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask for an IPv4 address</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Inside the tunnel.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask for an IPv6 address</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>IPv4 without a place in the tunnel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>IPv6 without a place in the tunnel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Largest packet (MTU)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Of the tunnel. Smaller ones help where large packets get lost.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Found out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>DNS</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where names are asked while the tunnel stands.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The tunnel&apos;s DNS servers get</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>By itself it is every name when all traffic goes through the tunnel and no domains are known, else names below those domains.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What suits the rest</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Names below certain domains</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing: DNS stays as it is</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Domains</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Names below these go to the tunnel, beside those the gateway names.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>DNS servers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Addresses, instead of those that the gateway names.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search domains</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Appended to names without a dot.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Kill switch</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stops traffic that would go past the tunnel.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop traffic outside the tunnel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“Always” holds across restarts of the service and of this machine, until it is set otherwise.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Never</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>From connecting to disconnecting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Always</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>On demand</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>When it connects and disconnects without you.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connect by itself</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Once, whatever network there is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>When you log in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>When this machine starts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Follow the rules below</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looked at whenever the network changes.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rules</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The first one that matches the network decides.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Then</source>
        <extracomment>Of one rule; paths are those within it.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is done on a network that matches.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connect</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Disconnect</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leave it as it is</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connect when certain names are wanted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wanted domains</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It connects when a name below one of these is wanted and not reached.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Kind of network</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>That this machine&apos;s traffic goes through.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Any</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cable</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wi-Fi</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mobile network</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Names of Wi-Fi networks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Any of them. None: whatever it is called.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search domains of the network</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Any of them, or one below it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>DNS servers of the network</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Each server of the network is one of these.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Page that answers there</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>An address that answers with 200 on the networks that are meant.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reconnecting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What happens when the connection is lost.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connect again by itself</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>With longer and longer waits in between.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tries in a row</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Then it waits for you.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>For ever</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Longest wait</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Between two tries.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is offered to the gateway, which picks one of it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The cipher&apos;s own limit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Encryption</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Which algorithms are used, and how long their keys last.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Agreeing on keys (IKE)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Traffic (ESP)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name of a post-quantum key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A key shared with the gateway beside everything else (RFC 8784).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Post-quantum key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The key of that name.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Do not connect without the post-quantum key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Otherwise it is left out where the gateway has none.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New IKE keys after</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The connection goes on meanwhile.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sign in anew after</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rarely needed; it may ask you again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>When the gateway asks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New traffic keys after</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New traffic keys after as much data</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In either direction.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New traffic keys after as many packets</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Getting through</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How packets reach the gateway in difficult networks.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>TCP instead of UDP</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Slower, and gets through where a network lets no UDP pass.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>When UDP gets no answer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>TCP port</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where the gateway listens for it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>TCP inside TLS</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It only helps to get through; IKE inside it proves the gateway.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stay connected when the network changes (MOBIKE)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>From Wi-Fi to cable and back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Come back without signing in anew</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>With a ticket of the gateway, for some hours (RFC 5723).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Follow the gateway to another one</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>When it is too busy or being closed (RFC 5685).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Split large IKE messages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Many routers drop large packets (RFC 7383).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size of the pieces</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Of the IP packet that carries one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What gets through</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sign in first, then set traffic up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In two steps (RFC 6023); few gateways have it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How late a packet may be</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Older ones are taken for copies and dropped.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the priority of packets outside the tunnel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Networks on the way can serve calls first, and can tell them apart.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Timing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How long things may take.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask whether the gateway is there after</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Of silence.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep routers&apos; memory awake each</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Home routers forget connections that are silent.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Say it again after</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>When a message gets no answer, then twice as long, and so on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Say it again so often</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Then the gateway counts as gone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Disconnect when nothing was used for</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No packet of any program went through.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Finding</name>
    <message>
        <source>%1 packets were too short to be of a VPN.</source>
        <extracomment>finding id -&gt; what was found, and what to do about it or None</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Somebody probes this machine; nothing needs doing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 packets were longer than can be received.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No gateway sends such packets: tell your network&apos;s administrator.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The network reported an error %1 times in place of a packet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the cable or the wireless network, and look at the log.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 of the gateway&apos;s messages came faster than they could be read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The machine is overloaded, or somebody floods it: see which programs are busy.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 packets belonged to no key in use, as a few do after new keys.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>If the number keeps rising, disconnect and connect again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 packets came twice; the second was dropped.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The network duplicates packets, or somebody repeats them. Nothing got through.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 packets came too late.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The network changes their order a lot: raise the replay window in the connection&apos;s advanced settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 packets had a length that they cannot have.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>They were damaged or forged on the way. If it goes on, tell the gateway&apos;s administrator.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 packets were changed or forged on the way.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing got through. If every packet fails, disconnect and connect again; else a device on the way is suspect.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 packets were genuine but badly made.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway has a fault: tell its administrator.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 packets were not of the internet&apos;s protocols.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway is set up for another mode: tell its administrator.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 empty packets were dropped, as they are meant to be.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 packets were genuine but hold a broken header.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway, or a machine behind it, has a fault: tell its administrator.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 packets came from addresses that were not agreed with the gateway.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its networks do not fit what was agreed: tell its administrator.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 packets were marked on the way though their senders cannot read marks.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A device on the way is at fault: tell the network&apos;s administrator.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 packets found no room in this machine.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is overloaded: see which programs are busy.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 packets were refused by this machine&apos;s tunnel device.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Disconnect and connect again; the device may have been switched off, or IPv6 with it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 packets of this machine were incomplete.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A program makes its own packets; nothing needs doing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 packets of this machine were for nobody whom the gateway serves.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A few are usual. If something is not reached, look at the split tunnel&apos;s networks.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 packets of this machine were too large, and their senders were told.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A few are usual. If a program stalls, set the MTU to 1280 in the connection&apos;s advanced settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 packets were not sent because their key was used up.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway did not agree to new keys in time: disconnect and connect again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 packets could not be encrypted.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The system forbids the cipher (FIPS mode): choose another in the connection&apos;s advanced settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 packets found no room on the way out.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your uplink is slower than what is sent; usual when it is busy.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 packets to the gateway were stopped by this machine&apos;s firewall.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Allow UDP port 4500 to the gateway in the firewall&apos;s settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 packets were answered with: nobody listens there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway&apos;s VPN stopped, or a firewall in front of it refuses: tell its administrator.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 packets found no way to the gateway.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check this machine&apos;s network.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 packets were larger than the way to the gateway takes.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The tunnel learns from them. If the number keeps rising, set the MTU to 1280 in the connection&apos;s advanced settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 packets were refused by the network.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 is known as %2: %4 said so within %3 ms.</source>
        <extracomment>finding id -&gt; what was found, and what to do about it or None</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 is an address; no name has to be looked up.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It took %3 ms until %4 said that %1 is %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use a faster name server, or enter the address in place of the name.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The name %1 is not known (%2). Asked was: %3.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check its spelling, and whether other websites open: a hotel&apos;s or train&apos;s login page may want to be seen first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway answers: %1, port %2, within %3 ms.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 does not answer at port %2, and nobody says why.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A firewall on the way stops it, or there is no VPN gateway. Try another network, such as your phone&apos;s.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 says that nobody listens at port %2, or a firewall says so in its name.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the server&apos;s name and port, and ask its administrator whether the VPN runs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This machine&apos;s own firewall lets nothing out to %1, port %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Allow it in the firewall&apos;s settings. The kill switch of another VPN may be on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no way to %1 (%2).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check that this machine is connected to a network. Without IPv6 there, IPv4 is used.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Port 500 is blocked on the way, and port 4500 is not.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enter 4500 as the port in the connection&apos;s settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Port 4500 is blocked on the way, and port 500 is not: connecting begins, and then hangs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask the network&apos;s administrator to open it, or choose TCP in the connection&apos;s advanced settings if the gateway has it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing is heard of the gateway.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try another network. If it works there, this one blocks VPNs; TCP may get through.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway speaks only IKEv1, which is obsolete. Ginnel speaks IKEv2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask its administrator to enable IKEv2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway answers with the error %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask its administrator to look at its log.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway can also be reached by TCP: %1, port %2, within %3 ms.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway offers no way by TCP (port %2: %3), should UDP be blocked.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing needs doing as long as UDP works. Else ask its administrator for TCP encapsulation.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Something else than a VPN answers at TCP port %2 of %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check TCP port and TLS in the connection&apos;s advanced settings with the gateway&apos;s administrator.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This connection uses UDP alone, as its settings say.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No router changes this machine&apos;s address.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A router changes this machine&apos;s address, as at most homes. The tunnel is made for that.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway is behind a router that changes its address, or says so.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway cannot work behind address translation, and Ginnel needs that.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask its administrator to enable NAT traversal (UDP encapsulation).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Whether a router changes addresses is not known: the gateway says it only once encryption is agreed on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Solve first what is said about encryption.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Encryption is agreed on: %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway prefers the key exchange %1, which costs each connection a little time.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move it to the top of the list in the connection&apos;s advanced settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway accepts none of this connection&apos;s encryption.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>See below what it does accept, and choose that in the connection&apos;s advanced settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway accepts: %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose one of these in the connection&apos;s advanced settings. The gateway&apos;s administrator can tell which is preferred.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway accepts only Triple DES, which is broken, and which Ginnel does not have.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask its administrator to enable AES.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway refuses all that Ginnel can offer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It may not know this machine: ask its administrator whom it lets in, and with what.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Large messages arrive (%1 octets).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Packets in pieces do not arrive (%1 octets), but the tunnel&apos;s messages are cut up before.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing needs doing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Packets in pieces do not arrive (%1 octets), and the gateway cannot cut up its messages.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Logging in with certificates may hang: ask the gateway&apos;s administrator to enable IKE fragmentation.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The way carries packets of %1 octets.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The way carries packets of at most %1 octets, and says so.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The tunnel adapts by itself; nothing needs doing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Packets of more than %1 octets vanish on the way without a word.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The tunnel finds that out by itself. If it stalls at first, set the MTU to 1280 in the connection&apos;s advanced settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How large packets may be on the way is not known, as the gateway does not answer when asked.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>If large downloads stall, set the MTU to 1280 in the connection&apos;s advanced settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The certificate “%1” is valid until %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your certificate “%1” ends on %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask whoever gave it to you for a new one in time.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The certificate “%1” ended on %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask whoever issued it for a new one. If the date looks wrong, check this machine&apos;s clock.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The certificate “%1” is valid only from %2 on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check this machine&apos;s clock and time zone; it is probably slow.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The certificate “%1” is missing, or cannot be read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add it again in the connection&apos;s settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The private key of your certificate “%1” is missing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Import the file with certificate and key again (.p12 or .pfx).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The private key does not belong to your certificate “%1”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Import the file with the two that belong together (.p12 or .pfx).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway&apos;s certificate is checked against the authorities that the system trusts.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The connection relies on the authorities that the system trusts, and the system has none.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Install the system&apos;s package of certificates (ca-certificates), or add the gateway&apos;s own root certificate to the connection.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This machine&apos;s clock is kept right.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing seems to keep this machine&apos;s clock right.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Switch on automatic time in the system&apos;s settings: certificates begin and end by the clock.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This machine&apos;s clock says %3, but “%1” begins on %2: the clock is slow.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Set the clock, best by switching on automatic time in the system&apos;s settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>By this machine&apos;s clock (%1) the gateway&apos;s certificate is not valid; the clock may be wrong.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the clock first: switch on automatic time in the system&apos;s settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing else on this machine wants the tunnel&apos;s traffic.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The tunnel&apos;s network %1 overlaps with the network at hand (%2 at %3): what is there cannot be reached while connected.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change the addresses of your home network, or keep that network out of the tunnel on the page “Split tunnel”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The tunnel&apos;s network %1 is reached through %2, which looks like another VPN.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Disconnect the other VPN, or leave that network to one of the two.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 looks like another VPN.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Both can run side by side as long as their networks differ.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 looks like another VPN, and takes all traffic.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Disconnect it, unless this tunnel is meant to run inside it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway (%1) is reached through %2, which looks like another VPN.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Disconnect the other VPN, unless this tunnel is meant to run inside it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Names are asked of %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Names are asked of %1, which lies in the tunnel&apos;s network %2 and is not reached once connected.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep it out of the tunnel on the page “Split tunnel”, or name servers inside in the connection&apos;s settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All traffic goes through the tunnel, but names are asked outside it, of %1: they can see which.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name servers inside the tunnel in the connection&apos;s settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Names are asked inside the tunnel, of %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Names are also asked outside the tunnel, of %1: they can see which.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another program has set these servers: end it. The kill switch stops such questions on their way.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No program asks the tunnel&apos;s name servers: %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another program has set others since: disconnect and connect again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All names are asked of %1, as this machine cannot tell the tunnel&apos;s names from others.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>With systemd-resolved it can; an administrator can install it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Names below %1 are asked outside the tunnel, of %2: another network claims them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing needs doing where those are names of the network at hand.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Programs ask a name server on this machine (%1), and whom it asks cannot be seen from here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let all names go through the tunnel in the connection&apos;s settings if that matters.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Some programs ask %1 for names, outside the tunnel.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>An administrator can link /etc/resolv.conf to the file of systemd-resolved.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Whom this machine asks for names cannot be seen: %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>An administrator should look at /etc/resolv.conf.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No kill switch stops traffic.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The kill switch lets nothing past the tunnel.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The kill switch stops all traffic, as a tunnel is wanted and is not up.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connect, or turn it off on the page “Kill switch”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ginnel&apos;s service has the rights that it needs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ginnel&apos;s service may not change the machine&apos;s network.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Install Ginnel anew, so that its service gets its rights.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The service&apos;s memory may be written to the disk&apos;s swap, and keys with it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Install Ginnel anew, so that its service gets its rights, or encrypt the disk.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This was not done in time: %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again; the network may be slow.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This could not be examined: %1 (%2).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Look at the log.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Problem</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hint</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In order</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway&apos;s name</source>
        <extracomment>severity -&gt; the icon that says the same, and its colour in the palette What is looked at, as a step of its progress.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The way to the gateway (UDP)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The other way (TCP)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Address translation on the way</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Encryption that the gateway accepts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Large messages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size of packets on the way</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Certificates</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This machine&apos;s clock</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name servers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Networks that get in each other&apos;s way</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Kill switch and firewall</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rights of Ginnel&apos;s service</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>checksums left to the tunnel</source>
        <extracomment>What a machine can take off a tunnel&apos;s hands.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>large packets of TCP over IPv4</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>large packets of TCP over IPv6</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>large packets of UDP</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>many packets to the gateway at once</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>many packets from the gateway at once</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>sending in batches</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>receiving in batches</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>precedence over ordinary programs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>nobody</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The service found something that this version of the app does not know: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bring the app and the service to the same version.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This machine can have tunnels.</source>
        <extracomment>finding id -&gt; what was found, and what to do about it or None</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This machine offers no tunnel device, so nothing can go through a tunnel.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Restart the machine, above all after an update of the system. In a container, its host has to pass the device /dev/net/tun in.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ginnel&apos;s service may not open the tunnel device.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Install Ginnel anew, so that its service gets its rights. In a container, its host has to allow the device /dev/net/tun.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The processor helps with encryption (AES).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The processor does not help with AES, so that AES is slow on it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>If the gateway accepts ChaCha20-Poly1305, choose it for the traffic in the connection&apos;s advanced settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The system has all that makes a tunnel fast.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The system lacks what makes a tunnel faster: %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Everything works without it. A newer Linux kernel has it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stored passwords are encrypted with a key that the system keeps.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stored passwords are encrypted, but with a key that lies beside them: whoever takes the disk can read them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Encrypt the disk, or have an administrator give the service a key that the machine keeps (systemd-creds).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stored passwords of these connections can no longer be read: %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enter them anew in the connection&apos;s settings, or have an administrator bring the service&apos;s former key back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connected.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not connected.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connect, and examine again, to see how the tunnel fares.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The tunnel uses all that makes it fast.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The system lacks something that makes tunnels faster: %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Something that makes tunnels faster is not in use: %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Disconnect and connect again. If it stays, update the network card&apos;s driver.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The tunnel waits its turn behind other programs: slower when the machine is busy.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The system grants the socket %1 a buffer of only %2 octets: bursts overflow it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No packet was lost in the tunnel.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>FindingsView</name>
    <message>
        <source>Hide what is in order</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show what is in order (%1)</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Head</name>
    <message>
        <source>%1 from %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>I a&amp;gree</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>I agree</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The signature of the file does not hold.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file wants something agreed to.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Signed by %1, with a certificate of %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>SHA-256 fingerprint: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The signature holds. Ask the signer whether this is the right certificate.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>⚠ The signature proves nothing: the file was changed after it was signed, or the signature can be forged. Get the file anew.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>I &amp;know for certain where it comes from: import it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Import it although the signature does not hold</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Import</name>
    <message>
        <source>The file is larger than a profile can be (%1 bytes).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check that it is the profile, and not a backup or an installer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file is of no format that Ginnel reads.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It takes .mobileconfig, .sswan, swanctl.conf, ipsec.conf, Azure&apos;s VpnSettings.xml or its zip, PKCS#12 files and its own TOML. Ask whoever gave it to you for one of these.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file looks like %1, but cannot be read: %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Get it anew; it may have been cut short or changed on its way.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file says “%1” twice, so that nobody can tell which one counts.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask whoever made it to correct it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file is a profile that cannot be used as it is written.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Correct what the details list, then import it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no VPN connection in the file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check that it is the right one of the files that you got.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The profile inside the file is encrypted for one device that an organisation manages.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask its administrator for a profile that is not encrypted.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The profile has the device fetch its certificate by itself (%1), which Ginnel does not do.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask the administrator for your certificate as a PKCS#12 file, and for a profile that uses it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file is for L2TP, an older kind of VPN.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask whether the gateway offers IKEv2 as well, and get the profile for that.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file is for IKEv1 (“Cisco IPSec”, XAuth), which Ginnel does not speak because it is obsolete.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file holds no connection that Ginnel can make, but one of another kind (%1).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file only sets DNS servers: it holds no VPN.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Set them in the network settings of this machine.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file is for WireGuard, another kind of VPN.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use it with WireGuard&apos;s own program, or ask for a profile for IKEv2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file is for OpenVPN, another kind of VPN.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use it with OpenVPN&apos;s own program, or ask for a profile for IKEv2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file holds certificates and no VPN connection.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make a new connection, and choose the file there as a trusted root or your certificate.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ginnel does not know this</source>
        <extracomment>Why a part of a file has no effect.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It cannot be used: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It names algorithms that Ginnel lacks, or that are too weak: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>TLS %1 is broken; 1.2 and 1.3 are used</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ginnel sets no proxy: programs go through the tunnel without one</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ginnel takes all programs into the tunnel, or none</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A program to be run; Ginnel runs none for a connection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is something else than a VPN (%1)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another connection, which Ginnel cannot make (%1)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A certificate that a device would fetch by itself (%1); get it as a PKCS#12 file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway&apos;s certificate has to be issued by %1: any root that this machine trusts will do, unless you choose that one in the editor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway&apos;s certificate would have to bear the name %1; it has to bear the identity instead</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The certificate of %1 is none that vouches for others, and is not trusted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>More than Ginnel takes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another file (%1), which is not read: import it on its own</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It names a file (%1) that is not here: add it with “Add files”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Transport mode, which protects no network</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A further connection inside the tunnel; the first one is taken</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the gateway allows goes through the tunnel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It has a meaning only in the program or system that the file was made for</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is always so with Ginnel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It needs its password</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Server</source>
        <extracomment>What has to be asked for before a profile can be kept.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>User name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your identity, such as alice@example.org</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pre-shared key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Post-quantum key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Password of the certificate&apos;s file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your certificate with its key, as a PKCS#12 file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Apple&apos;s configuration profile</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A profile of strongSwan&apos;s app</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>strongSwan&apos;s swanctl.conf</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>strongSwan&apos;s ipsec.conf</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The settings of an Azure gateway</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A certificate with its key (PKCS#12)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ginnel&apos;s own profile</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ImportDialog</name>
    <message>
        <source>Import a connection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is still missing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose the file to import</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a file that goes with it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 cannot be read: %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It cannot be read: %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>VPN profiles (%1)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All files (%1)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>That password does not open the certificate&apos;s file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drop a file here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Apple&apos;s .mobileconfig, strongSwan&apos;s .sswan, swanctl.conf and ipsec.conf, Azure&apos;s package, PKCS#12 (.p12, .pfx) and Ginnel&apos;s own TOML are understood. Nothing is kept before you agree.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Why the file was refused</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Choose a file…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connections in the file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Those that are checked are imported</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Add files…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Files that this one names, or your certificate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Import</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cance&amp;l</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no contact with the service.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose at least one connection.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Two of the connections have the same name.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ImportTree</name>
    <message>
        <source>What</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Value</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In the file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the file says</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What will be used, and what has no effect and why</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Will be used (%1)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Has no effect (%1)</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>KeptControl</name>
    <message>
        <source>Keep a certificate from a file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>None</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove the certificate %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It cannot be read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>yours</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>trusted root</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the gateway&apos;s only one</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>KillSwitchPage</name>
    <message>
        <source>Kill switch</source>
        <extracomment>Those in which it matters.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>When a connection breaks, programs go on without it, and everyone on the way can see what they send. A kill switch stops them instead.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open for a login page</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lets websites and names through for five minutes, to log in to a hotel&apos;s or train&apos;s network</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Turn off everywhere…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Turns the kill switch of every connection off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>O&amp;ff</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Traffic goes past the tunnel when it is down.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>From &amp;connecting to disconnecting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing goes past the tunnel from the moment you connect until you disconnect.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Always</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Without this tunnel there is no network at all, also when you disconnect, and after a restart of the machine.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let the &amp;local network through</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Printers, screens and other machines at hand stay reachable, past the tunnel.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing is stopped on this machine now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No kill switch is at work.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing gets past the tunnels now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The kill switch is at work for: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open for a login page, %1 more</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a website in the browser; the login page shows instead. Then connect.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Turn the kill switch off everywhere?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Turn the kill switch of every connection off?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Programs can then send past the tunnels again, in the clear.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Turn off</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>LockedControl</name>
    <message>
        <source>From a file…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose the PKCS#12 file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 was read</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stays as it is stored</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>None</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Log</name>
    <message>
        <source>Detail</source>
        <extracomment>As many lines are kept; the oldest go first. From what matters least.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Information</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Warning</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Error</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Errors alone</source>
        <extracomment>After the last key, before the lines are searched, in milliseconds. As many lines are written to a file before the window gets its turn again.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Warnings, too</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The &amp;usual</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every &amp;detail</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>LogModel</name>
    <message>
        <source>Time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Level</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Part</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Message</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>LogPage</name>
    <message>
        <source>Search the log</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copies the chosen lines, or all that are shown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Save…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Writes the lines that are shown to a file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Log &amp;level</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Chooses what the service logs from now on, until it ends</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To the &amp;end</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shows the newest lines, and follows them</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The log was not saved</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose another folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Le&amp;vel:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>C&amp;onnection:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 or graver</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All levels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lines: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lines: %1 of %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Logs (*.log *.txt)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the log</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>LogView</name>
    <message>
        <source>Lines of the log</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>LostPage</name>
    <message>
        <source>No contact with Ginnel&apos;s service</source>
        <extracomment>How an administrator starts the service, by the beginning of the system&apos;s name; else by hand.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The service makes the connections; this window only shows them. It does not answer now: it may be stopped, or be starting. Connections that are up may go on without this window.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To &amp;start it, an administrator runs this in a terminal:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Command that starts the service</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Co&amp;py</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copies the command that starts the service</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This window looks for it all the time, and goes on by itself. It looks at</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Pages</source>
        <extracomment>How long the window waits for the service before it says that there is none, in milliseconds.</extracomment>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>MethodsControl</name>
    <message>
        <source>Up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move the method up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Down</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move the method down</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Notes</name>
    <message>
        <source>&amp;Resume</source>
        <extracomment>What a note offers to do about it.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Pause</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The kill switch is on: what this connection would carry is stopped until it is up.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The kill switch of %1 stops what no tunnel carries.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weak algorithms are allowed: %1. They are no protection against a strong attacker.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its rules are paused: it does not connect by itself until you connect or resume them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rule %1 connects in this network.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rule %1 keeps it disconnected in this network.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rule %1 leaves it to you in this network.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>NumberControl</name>
    <message>
        <source> s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> bytes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> packets</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Numbers</name>
    <message>
        <source>%1/s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 ms</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>OnDemandPage</name>
    <message>
        <source>On demand</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connects when you need it and disconnects when you do not, by the network that you are in.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Pause</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The rules wait until you resume or connect</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Resume</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The rules decide again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Change the rules…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Opens the connection&apos;s settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connect in &amp;every network</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Makes one rule, which always connects</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connect and &amp;disconnect by rules</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The first rule that fits the network decides. What you do yourself goes first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rules</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There are no rules yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The rules decide</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The rules wait</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Until you resume, connect yourself, or restart the machine.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>You decide</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing connects by itself.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>OneControl</name>
    <message>
        <source>None</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 (missing)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Valid until %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its private key was read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A key that is stored with it stays; a file that holds both replaces it.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Pages</name>
    <message>
        <source>&amp;Connection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>S&amp;plit tunnel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Kill switch</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;On demand</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>D&amp;iagnostics</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Log</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Preferences</name>
    <message>
        <source>Preferences</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The system&apos;s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Light</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dark</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Megabytes (MB, powers of ten)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mebibytes (MiB, powers of two)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Megabits (Mbit)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Start Ginnel when you log in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Go on in the background when the window is closed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>T&amp;ell of changes while the window is not in front</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The language changes when Ginnel starts the next time.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Language:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Appearance:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Units:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Starting at login was not changed</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Problem</name>
    <message>
        <source>%1: %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is a character in it that cannot be seen. Type it anew.</source>
        <extracomment>shape of `field: message; remedy` -&gt; words, which take its groups; the first one that fits</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is a space at its beginning or end. Remove it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enter a number from %1 to %2, or 0.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enter a number from %1 to %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use up to 64 letters (A to Z), digits, dots, hyphens and underscores, with a letter or digit at both ends.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enter the gateway&apos;s name or address, such as vpn.example.org.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>That is no name and no address of a machine. Enter one such as vpn.example.org.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enter who you are to the gateway, such as alice@example.org, or a user name.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>That is no identity that IKE knows.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“%1” is no suite. Write keywords such as aes256gcm16-prfsha384-ecp384.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A suite cannot be used: %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is the first proof again. Choose another, or none.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>EAP-TLS needs your certificate. Choose it, or leave TLS out of the EAP methods.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose your certificate, such as a PKCS#12 file (.p12).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enter addresses that begin with http://, one a line.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enter the name of the post-quantum key, or let it connect without one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A method is there twice.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enter the user name that the gateway knows.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Whoever plays gateway would get the password by these EAP methods: %1. Leave them out, or have the gateway prove itself otherwise.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The oldest TLS is newer than the newest one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>EAP proves the gateway already. Choose what suits, or let EAP prove you alone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>That would accept anyone with any certificate. Enter the gateway&apos;s name, or choose the only roots to trust.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>With the gateway&apos;s only certificate no root has anything to vouch for: choose one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nobody could ever tell: allow OCSP or CRL as well.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“%1” cannot name a certificate. Use letters, digits, dots, hyphens, underscores.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The certificate “%1” cannot be used (%2). Give it anew.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The certificate “%1” is not kept with this connection. Choose another.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing would go through the tunnel. For everything enter 0.0.0.0/0 and ::/0.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“%1” is no network. Did you mean %2?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“%1” is no network. Enter one such as 10.0.0.0/8 or 2001:db8::/32.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask for an IPv4 or an IPv6 address, or for both.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“%1” is no address. Enter one such as 10.0.0.53 or 2001:db8::53.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“%1” is no domain. Enter one such as corp.example.org.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“%1” is too long for the name of a Wi-Fi network.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This has no effect while DNS stays as it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Domains have no effect while every name goes to the tunnel.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Without a rule nothing would ever connect. Add one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rule %1: only Wi-Fi networks have such names. Choose Wi-Fi, or any.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rule %1: enter an address such as https://intranet.example.org/, without a user name.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rule %1: enter the domains for which it connects.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rule %1: wanted domains have an effect only when it connects for certain names.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enter the pre-shared key.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is a certificate beside the locked file. Choose none there, or no locked file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose the locked PKCS#12 file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>That is no PKCS#12 file. Choose one such as alice.p12.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The PKCS#12 file is too large: %1 bytes at most.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enter the post-quantum key.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The private key of your certificate is missing. Choose a file that holds both.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The private key belongs to another certificate.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The private key cannot be used: %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is too long: %1 characters at most.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>That does not fit here (%1).</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ProfileModel</name>
    <message>
        <source>%1, %2, %3</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ProfileView</name>
    <message>
        <source>Connections</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Profiles</name>
    <message>
        <source>Connected</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This machine&apos;s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Other people&apos;s</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Prompt</name>
    <message>
        <source>Password for %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Code for %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New password for %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Password of the certificate for %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Trust the gateway of %1?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Password</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Code</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New &amp;password</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Password of the PKCS#12 file</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PromptDialog</name>
    <message>
        <source>The password in your keychain was wrong, and is removed from it.</source>
        <extracomment>Those that are the same the next time.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway says: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>User name: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The same &amp;again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Do &amp;not remember it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remember it in my &amp;keychain</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remember it with the connection, kept by the &amp;service</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no keychain that Ginnel could use.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nobody that this connection trusts vouches for the gateway&apos;s certificate. Anyone can make one that looks so: compare the fingerprint with what the gateway&apos;s administrator tells you.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>I have &amp;compared the fingerprint, and it is the same</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Trust it the &amp;next time as well</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Trust and connect</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>C&amp;onnect</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Do not connect</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The two differ.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Reading</name>
    <message>
        <source>%1: %2</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Rule</name>
    <message>
        <source>Connect</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Disconnect</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leave as it is</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connect when a name is wanted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>any network</source>
        <extracomment>action -&gt; icon, and its colour in the palette</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a wired network</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a wireless network</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a mobile network</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No rule fits the network at hand.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In this network rule %1 connects.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In this network rule %1 disconnects.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In this network rule %1 leaves the connection as it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>in the wireless network %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>in %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>where names end in %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>where %1 answers for names</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>as soon as a name below %1 is wanted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>and %1 does not answer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>where %1 answers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>in every network</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>RulesControl</name>
    <message>
        <source>Add</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add a rule</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove the rule</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move the rule up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Down</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move the rule down</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1. %2: %3</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>any network</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SecretControl</name>
    <message>
        <source>Stored; type to replace it</source>
        <extracomment>What a number may be at most here; the service says what makes sense.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Sidebar</name>
    <message>
        <source>Find a connection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>By name or server; the list shows what matches</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No connection matches.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add a connection</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Split</name>
    <message>
        <source>As fits the tunnel</source>
        <extracomment>After the last key, before the service is asked whether that is right, in milliseconds.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let it pass</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop it</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SplitPage</name>
    <message>
        <source>Split tunnel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Send everything through the tunnel, or only what is meant for the other side.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Changes count from the next time you connect.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Everything through the tunnel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The network at hand learns nothing of what you do. The gateway carries all of it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Only these networks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All else goes past the tunnel, as without it. One a line, such as 10.0.0.0/8.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Networks that go through the tunnel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>E&amp;xceptions, which stay outside whatever is chosen above:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Networks that stay outside the tunnel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep the &amp;local network outside</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Printers, screens and other machines at hand stay reachable.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>IPv&amp;4 that the tunnel does not carry:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>IPv&amp;6 that the tunnel does not carry:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Revert</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>State</name>
    <message>
        <source>Disconnected</source>
        <extracomment>Of a profile without rules.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connecting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connected</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reconnecting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Blocked</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Failed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Waiting for you</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No contact with the service</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Getting ready</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looking the server up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reaching the server</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Proving who is who</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Setting up the network</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Connect</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Disconnect</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Try now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Answer…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Trying again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Waits for a network</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Waits until you connect again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next try in %1 s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gateway asks for something that only you know</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ginnel&apos;s service is not running</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The kill switch stops all traffic until you connect</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saying goodbye to the gateway</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connects by itself when its rules say so</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>StateCard</name>
    <message>
        <source>%1: %2</source>
        <extracomment>More than these at once there are never.</extracomment>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Suites</name>
    <message>
        <source>Modern (recommended)</source>
        <extracomment>field -&gt; what each word of it stands for</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compatible with older servers (Windows Server, MikroTik)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Post-quantum where possible</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Post-quantum only</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Own choice</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SuitesControl</name>
    <message>
        <source>Exact suites: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keywords, one suite a line, the best first</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Traffic</name>
    <message>
        <source>Networks behind the gateway</source>
        <extracomment>Of a person&apos;s traffic: connected; the connection lost and not back yet; not connected at all.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Internet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Internet (IPv4)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Internet (IPv6)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your local network</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Exceptions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>through the tunnel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>past the tunnel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>stopped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>While connected</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>While the connection is interrupted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>While disconnected</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1: %2</source>
        <extracomment>One lane of a picture in words: what it is, and what becomes of it.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 and %2 more</source>
        <extracomment>How many networks are named one by one.</extracomment>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TrafficCard</name>
    <message>
        <source>Received</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Round trip</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Chart of the last two minutes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Data received and sent each second, and the round trip to the gateway</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 in all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>to the gateway and back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not measured yet</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TrafficPicture</name>
    <message>
        <source>Picture of what goes where</source>
        <extracomment>Where things stand, in parts of the width.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This machine</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Tray</name>
    <message>
        <source>No contact with the service</source>
        <extracomment>What matters most comes first. States in which one is about to be connected, or is.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not connected</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connected: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 is connected</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 lost its gateway, and connects again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 failed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 waits for you</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 is disconnected, and its traffic is stopped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 is disconnected</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ginnel - %1</source>
        <extracomment>Of profiles in the menu; whoever has more opens the window. When to look again for a tray, in milliseconds: at login it may start after the app.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Open Ginnel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 &amp;more…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 - %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connect</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Disconnect</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Value</name>
    <message>
        <source>(a secret)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Yes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>(none)</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>WelcomePage</name>
    <message>
        <source>Welcome to Ginnel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connect to a network far away as if you were there. Bring the file that your administrator gave you, or enter what you know of the gateway.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>You have a file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A profile of another VPN client, Apple&apos;s .mobileconfig, strongSwan&apos;s .sswan, Azure&apos;s package, a .p12, or one of Ginnel&apos;s. You can also drop it on this window.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Import a file…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>You have a server and a user name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Most companies&apos; gateways need no more than these two and a password.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>C&amp;reate a connection…</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>_OfCertificates</name>
    <message>
        <source>From a file…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>From a file: %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>_RuleRow</name>
    <message>
        <source>fits this network</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1. %2</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
