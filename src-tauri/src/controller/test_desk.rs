//! A desk that remembers what was done on it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use sidetone_protocol::Pushed;

use crate::backend::Action;
use crate::desk::{Desk, Forward};
use crate::dialling::Source;
use crate::links::Link;
use crate::notice::{Notice, Subject};
use crate::painting::Painting;
use crate::tray::Tray;

/// What a person would see, rather than the calls that led to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Screen {
    Nothing,
    InFront,
    WithKeyboard,
    Minimised,
    Hidden,
}

/// The desktop's state; the controller and the test hold the same one.
#[derive(Clone)]
pub(super) struct TestDesk(Rc<Inner>);

pub(super) struct Inner {
    pub(super) screen: Cell<Screen>,
    pub(super) came_forward: Cell<u32>,
    pub(super) above: Cell<bool>,
    pub(super) has_tray: Cell<bool>,
    pub(super) raises: Cell<bool>,
    pub(super) tray: RefCell<Option<Tray>>,
    pub(super) tray_changes: Cell<u32>,
    pub(super) notices: RefCell<Vec<Notice>>,
    pub(super) toasts: Cell<u32>,
    pub(super) acts: RefCell<Vec<Action>>,
    pub(super) opened: RefCell<Vec<String>>,
    pub(super) emitted: RefCell<Vec<Pushed>>,
    pub(super) resyncs: Cell<u32>,
    pub(super) paintings: RefCell<Vec<Painting>>,
    /// The pages that were led to.
    pub(super) pages: RefCell<Vec<String>>,
    /// Where text was read.
    pub(super) read: RefCell<Vec<Source>>,
    pub(super) exited: Cell<bool>,
}

impl TestDesk {
    pub(super) fn new() -> Self {
        Self(Rc::new(Inner {
            screen: Cell::new(Screen::Nothing),
            came_forward: Cell::default(),
            above: Cell::default(),
            has_tray: Cell::new(true),
            raises: Cell::new(true),
            tray: RefCell::default(),
            tray_changes: Cell::default(),
            notices: RefCell::default(),
            toasts: Cell::default(),
            acts: RefCell::default(),
            opened: RefCell::default(),
            emitted: RefCell::default(),
            resyncs: Cell::default(),
            paintings: RefCell::default(),
            pages: RefCell::default(),
            read: RefCell::default(),
            exited: Cell::default(),
        }))
    }

    /// Titles of the notifications that stand.
    pub(super) fn titles(&self) -> Vec<String> {
        self.notices.borrow().iter().map(|notice| notice.title.clone()).collect()
    }
}

impl std::ops::Deref for TestDesk {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Desk for TestDesk {
    fn show_without_focus(&mut self) -> Forward {
        self.came_forward.set(self.came_forward.get() + 1);
        if self.screen.get() != Screen::WithKeyboard {
            self.screen.set(Screen::InFront);
        }
        if self.raises.get() { Forward::InFront } else { Forward::Asked }
    }

    fn open_window(&mut self) {
        self.screen.set(Screen::WithKeyboard);
    }

    fn open_page(&mut self, page: &str) {
        self.pages.borrow_mut().push(page.to_owned());
        self.open_window();
    }

    fn minimise(&mut self) {
        self.screen.set(Screen::Minimised);
    }

    fn hide(&mut self) {
        self.screen.set(Screen::Hidden);
    }

    fn destroy_window(&mut self) {
        self.screen.set(Screen::Nothing);
    }

    fn keep_above(&mut self, above: bool) {
        self.above.set(above);
    }

    fn has_tray(&self) -> bool {
        self.0.has_tray.get()
    }

    fn set_tray(&mut self, tray: &Tray) {
        self.tray_changes.set(self.tray_changes.get() + 1);
        *self.tray.borrow_mut() = Some(tray.clone());
    }

    fn notify(&mut self, notice: &Notice) {
        self.toasts.set(self.toasts.get() + 1);
        self.withdraw(&notice.subject);
        self.notices.borrow_mut().push(notice.clone());
    }

    fn withdraw(&mut self, subject: &Subject) {
        self.notices.borrow_mut().retain(|notice| notice.subject != *subject);
    }

    fn read_text(&mut self, source: Source) {
        self.read.borrow_mut().push(source);
    }

    fn act(&mut self, action: Action) {
        self.acts.borrow_mut().push(action);
    }

    fn open_link(&mut self, link: &Link) {
        self.opened.borrow_mut().push(link.as_str().to_owned());
    }

    fn emit(&mut self, pushed: &Pushed) {
        self.emitted.borrow_mut().push(pushed.clone());
    }

    fn resync(&mut self) {
        self.resyncs.set(self.resyncs.get() + 1);
    }

    fn record(&mut self, painting: &Painting) {
        self.paintings.borrow_mut().push(painting.clone());
    }

    fn exit(&mut self) {
        self.exited.set(true);
    }
}
