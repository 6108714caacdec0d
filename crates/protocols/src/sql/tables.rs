//! What is known of a table before values are put into it without a list of columns: which of its places hold secrets.

use crate::secrets::{is_secret, names_logins};

/// So many tables of a batch are remembered; later ones are told by their names alone.
const MOST_TABLES: usize = 32;

/// The places of a table's secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Places {
    /// All of them are known.
    These(Vec<usize>),
    /// Any may be one.
    Any,
}

/// The tables of a batch, by the last part of their names.
#[derive(Debug, Default)]
pub(super) struct Tables(Vec<(String, Places)>);

impl Tables {
    /// The table was created with these columns, or one that holds a secret was named in it.
    pub(super) fn learn(&mut self, table: &str, places: Places) {
        let name = last(table).to_ascii_lowercase();
        let known = self.0.iter().any(|(known, _)| *known == name);
        if !known && self.0.len() < MOST_TABLES {
            self.0.push((name, places));
        }
    }

    /// Where secrets stand in a row of the table, if some do: by its columns, else by its own name, which says of `users` that
    /// passwords are in it and not where.
    pub(super) fn secrets_of(&self, table: &str) -> Option<Places> {
        let name = last(table);
        let known = self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        match known {
            Some((_, Places::These(places))) if places.is_empty() => None,
            Some((_, places)) => Some(places.clone()),
            None => (is_secret(name) || names_logins(name)).then_some(Places::Any),
        }
    }
}

fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or_default()
}
