//! What is known of a table before values are put into it without a list of columns: which of its places hold secrets.

use crate::secrets::{is_secret, names_logins};
use std::collections::VecDeque;

/// So many tables of a conversation are remembered, the oldest is forgotten first; with the two limits below they hold less
/// than 4 KiB. Others are told by their names alone.
const MOST_TABLES: usize = 32;
/// Longer names are not remembered: PostgreSQL's have up to 63 bytes.
const MOST_NAME_BYTES: usize = 64;
/// Of a table with more places of secrets any place may be one.
const MOST_PLACES: usize = 8;

/// The places of a table's secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Places {
    /// All of them are known.
    These(Vec<usize>),
    /// Any may be one.
    Any,
}

/// The tables of a conversation, by the last part of their names.
#[derive(Debug, Default)]
pub(crate) struct Tables(VecDeque<(Box<str>, Places)>);

impl Tables {
    /// The table was created with these columns.
    pub(super) fn created(&mut self, table: &str, mut places: Vec<usize>) {
        self.forget(table);
        places.shrink_to_fit();
        let places = if places.len() > MOST_PLACES { Places::Any } else { Places::These(places) };
        self.remember(table, places);
    }

    /// A column that holds a secret was named in the table; where it stands is not known.
    pub(super) fn holds_secret(&mut self, table: &str) {
        if self.known(table).is_none() {
            self.remember(table, Places::Any);
        }
    }

    /// The table's columns were changed, so that secrets may stand elsewhere; `named`: one that holds a secret was named.
    pub(super) fn altered(&mut self, table: &str, named: bool) {
        let held = self.known(table).is_some_and(|places| *places != Places::These(Vec::new()));
        if held || named {
            self.forget(table);
            self.remember(table, Places::Any);
        }
    }

    /// Where secrets stand in a row of the table, if some do: by its columns, else by its own name, which says of `users` that
    /// passwords are in it and not where.
    pub(super) fn secrets_of(&self, table: &str) -> Option<Places> {
        let name = last(table);
        match self.known(table) {
            Some(Places::These(places)) if places.is_empty() => None,
            Some(places) => Some(places.clone()),
            None => (is_secret(name) || names_logins(name)).then_some(Places::Any),
        }
    }

    fn known(&self, table: &str) -> Option<&Places> {
        let name = last(table);
        let known = self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        known.map(|(_, places)| places)
    }

    fn forget(&mut self, table: &str) {
        let name = last(table);
        self.0.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
    }

    fn remember(&mut self, table: &str, places: Places) {
        let name = last(table);
        if name.is_empty() || name.len() > MOST_NAME_BYTES {
            return;
        }
        if self.0.len() >= MOST_TABLES {
            self.0.pop_front();
        }
        self.0.push_back((name.into(), places));
    }
}

fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or_default()
}
