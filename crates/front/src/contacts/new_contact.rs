//! A contact as it is written.

use serde_json::{Map, Value};

use super::Handle;
use crate::lenient::insert_some;

/// A contact to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewContact {
    /// How they are reached: at least one, and nobody else's.
    pub handles: Vec<Handle>,
    /// Full name.
    pub name: Option<String>,
    /// What agents see about them.
    pub description: Option<String>,
}

impl NewContact {
    /// A contact with this phone number in E.164, and nothing else.
    pub fn with_phone(number: impl Into<String>) -> Self {
        Self { handles: vec![Handle::phone(number)], name: None, description: None }
    }

    pub(super) fn body(&self) -> Value {
        let handles: Value = self.handles.iter().map(Handle::body).collect();
        let mut body = Map::from_iter([("handles".to_owned(), handles)]);
        insert_some(&mut body, "name", self.name.as_deref());
        insert_some(&mut body, "description", self.description.as_deref());
        body.into()
    }
}

/// A change to a contact; what is `None` stays. Handles have a request of their own
/// ([`add_handle`](super::add_handle)). Custom fields and lists are not among it, because an update replaces them all
/// and wipes what agents put there (`reference/front.md §3.2`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactUpdate {
    /// Full name.
    pub name: Option<String>,
    /// What agents see about them.
    pub description: Option<String>,
}

impl ContactUpdate {
    pub(super) fn body(&self) -> Value {
        let mut body = Map::new();
        insert_some(&mut body, "name", self.name.as_deref());
        insert_some(&mut body, "description", self.description.as_deref());
        body.into()
    }
}
