"""The main window: profiles at the left, at the right what is chosen of the pages."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QMainWindow, QMenu, QSplitter, QStackedWidget, QToolBar, QWidget

from ..draw.theme import application_icon
from ..say import plain, say
from .commands import Commands, on
from .drop import DropSign, files_of
from .lost_page import LostPage
from .pages import Context, Page, Pages
from .sidebar import Sidebar
from .speech import Speech
from .welcome_page import WelcomePage

#: How long the window waits for the service before it says that there is none, in milliseconds.
PATIENCE_MS = 700


class MainWindow(QMainWindow):
    """What needs a dialog it asks for by a signal; whoever makes the dialogs listens."""

    import_requested = Signal(str)  # a file's path, or "" to ask for one
    create_requested = Signal()
    edit_requested = Signal(str)  # this and the next ones: by the name of a profile
    rename_requested = Signal(str)
    duplicate_requested = Signal(str)
    export_requested = Signal(str)
    remove_requested = Signal(str)
    answer_requested = Signal(object)  # a PromptStatus
    quit_requested = Signal()
    closed = Signal()  # by the person

    def __init__(self, context: Context, pages: Pages, socket: str) -> None:
        super().__init__()
        self.context = context
        self.desk = context.desk
        self._kinds = pages
        self._made: dict[str, Page] = {}
        self._patient = True
        self._is_new = True  # nobody has chosen where the focus is
        self.setWindowTitle("Ginnel")
        self.setWindowIcon(application_icon())
        self.setAcceptDrops(True)
        self.commands = Commands(self, context.theme, pages)
        self.commands.fill(self.menuBar())
        self.toolbar = self._make_toolbar()
        self.sidebar = Sidebar(context)
        self.welcome = WelcomePage(context.theme)
        self.lost = LostPage(context.theme, socket)
        self._blank = QWidget()
        self.stack = QStackedWidget()
        for page in (self._blank, self.welcome, self.lost):
            self.stack.addWidget(page)
        self.splitter = QSplitter()
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(1)
        self.splitter.addWidget(self.sidebar)
        self.splitter.addWidget(self.stack)
        self.splitter.setStretchFactor(1, 1)
        self.setCentralWidget(self.splitter)
        self.speech = Speech(self.desk, self)
        self._drop_sign = DropSign(context.theme, self)
        self._page = next(iter(pages)).name
        self.commands.pages[self._page].setChecked(True)
        self._wire()
        self._restore()
        QTimer.singleShot(PATIENCE_MS, self, self._lose_patience)
        self._arrange()

    @property
    def profile(self) -> str:
        """The name of the chosen profile, or ""."""
        return self.sidebar.current

    def show_page(self, name: str) -> None:
        """Raises KeyError for a page that there is not."""
        self.commands.pages[name].setChecked(True)
        self._page = name
        self._arrange()

    def show_profile(self, name: str) -> None:
        self.sidebar.choose(name)
        self.show_page(next(iter(self._kinds)).name)

    def page(self, name: str) -> Page:
        """The page `name`, made now if it was not yet."""
        if name not in self._made:
            page = self._kinds[name].make(self.context)
            page.edit_wanted.connect(self.edit_requested)
            page.follow(self.profile)
            page.answer_wanted.connect(self._answer)
            self.stack.addWidget(page)
            self._made[name] = page
        return self._made[name]

    def come_forward(self) -> None:
        if self.isMinimized():
            self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def keep_place(self) -> None:
        """Remember where the window is, and what was chosen in it."""
        self.context.settings.keep("window", self.saveGeometry())
        self.context.settings.keep("splitter", self.splitter.saveState())
        if self.profile:
            self.context.settings.profile = self.profile

    # What happens

    def closeEvent(self, event: QCloseEvent) -> None:
        self.keep_place()
        event.accept()
        self.closed.emit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if files_of(event.mimeData()):
            event.acceptProposedAction()
            self._drop_sign.appear()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._drop_sign.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self._drop_sign.hide()
        event.acceptProposedAction()
        for path in files_of(event.mimeData()):
            self.import_requested.emit(path)

    def _make_toolbar(self) -> QToolBar:
        bar = self.addToolBar(self.tr("Pages"))
        bar.setObjectName("pages")
        bar.setMovable(False)
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        bar.setIconSize(QSize(20, 20))
        for kind in self._kinds:
            action = self.commands.pages[kind.name]
            bar.addAction(action)
            button = bar.widgetForAction(action)
            button.setAccessibleName(plain(say(kind.title)))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setUnifiedTitleAndToolBarOnMac(True)
        return bar

    def _wire(self) -> None:
        commands, desk = self.commands, self.desk
        on(commands.import_file, lambda: self.import_requested.emit(""))
        on(commands.create, self.create_requested.emit)
        on(commands.close, self.close)
        on(commands.quit, self.quit_requested.emit)
        on(commands.connect_now, lambda: desk.connect_profile(self.profile))
        on(commands.disconnect_now, lambda: desk.disconnect_profile(self.profile))
        on(commands.retry, lambda: desk.retry(self.profile))
        on(commands.answer, lambda: self._answer(self.profile))
        on(commands.copy_details, self._copy_details)
        on(commands.edit, lambda: self.edit_requested.emit(self.profile))
        on(commands.rename, lambda: self.rename_requested.emit(self.profile))
        on(commands.duplicate, lambda: self.duplicate_requested.emit(self.profile))
        on(commands.export, lambda: self.export_requested.emit(self.profile))
        on(commands.remove, lambda: self.remove_requested.emit(self.profile))
        on(commands.find, self._find)
        on(commands.preferences, self._preferences)
        on(commands.about, self._about)
        commands.page_group.triggered.connect(lambda action: self.show_page(action.data()))
        self.welcome.import_wanted.connect(lambda: self.import_requested.emit(""))
        self.welcome.create_wanted.connect(self.create_requested)
        menu = QMenu(self.sidebar.add)
        menu.addActions([commands.create, commands.import_file])
        self.sidebar.add.setMenu(menu)
        self.sidebar.chosen.connect(self._choose)
        self.sidebar.acted.connect(lambda _: self._act())
        self.sidebar.view.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.sidebar.view.addActions([*commands.of_connection, *commands.of_profile])
        desk.contact.connect(self._arrange)
        desk.renamed.connect(self._renamed)
        desk.profiles_changed.connect(self._arrange)
        desk.connection_changed.connect(self._allow_for)
        desk.prompt_opened.connect(self._allow)
        desk.prompt_closed.connect(self._allow)
        self.context.theme.changed.connect(self._recolour)
        self._recolour()

    def _restore(self) -> None:
        settings = self.context.settings
        if not self.restoreGeometry(settings.bytes_of("window")):
            self.resize(1040, 720)
        kept: QByteArray = settings.bytes_of("splitter")
        if not self.splitter.restoreState(kept):
            self.splitter.setSizes([300, 740])

    def _lose_patience(self) -> None:
        self._patient = False
        self._arrange()

    def _arrange(self) -> None:
        """Show at the right what there is to show."""
        known, has_contact = bool(self.desk.mirror.profiles), self.desk.has_contact
        if known and not self.profile:
            self.sidebar.choose(self.context.settings.profile)
        self.sidebar.setVisible(known)
        kind = self._kinds[self._page]
        if not has_contact and kind.needs_service:
            waits = self._patient and not known
            self.stack.setCurrentWidget(self._blank if waits else self.lost)
        elif not known and kind.needs_profile:
            self.stack.setCurrentWidget(self.welcome)
        else:
            self.stack.setCurrentWidget(self.page(self._page))
        self._allow()
        if self._is_new and has_contact:
            self._is_new = False
            (self.sidebar.view if known else self.welcome).setFocus()

    def _choose(self, name: str) -> None:
        for page in self._made.values():
            page.follow(name)
        self._allow()

    def _renamed(self, name: str, new: str) -> None:
        """Whoever looks at it goes on to."""
        if name == self.profile:
            self.sidebar.choose(new)

    def _allow_for(self, name: str) -> None:
        if name == self.profile:
            self._allow()

    def _allow(self) -> None:
        name = self.profile
        buttons = self.desk.presentation(name).buttons if name else ()
        self.commands.allow(buttons, profile=bool(name) and self.desk.has_contact)
        for action in (self.commands.create, self.commands.import_file):
            action.setEnabled(self.desk.has_contact)

    def _act(self) -> None:
        """What the primary button would do."""
        for action in (self.commands.answer, self.commands.connect_now, self.commands.disconnect_now):
            if action.isEnabled():
                action.trigger()
                return

    def _answer(self, name: str) -> None:
        if (prompt := self.desk.prompt_of(name)) is not None:
            self.answer_requested.emit(prompt)

    def _copy_details(self) -> None:
        QGuiApplication.clipboard().setText(self.desk.report(self.profile))

    def _find(self) -> None:
        self.sidebar.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.sidebar.search.selectAll()

    def _preferences(self) -> None:
        from ..autostart import of_system  # noqa: PLC0415 - seldom wanted, as the next
        from .preferences import Preferences  # noqa: PLC0415

        Preferences(self.context, of_system(), self).open()

    def _about(self) -> None:
        from .about import About  # noqa: PLC0415 - seldom wanted

        About(self.context, self).open()

    def _recolour(self) -> None:
        self.sidebar.add.setIcon(self.context.theme.icon("add"))
