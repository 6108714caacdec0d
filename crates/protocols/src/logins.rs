//! Log-ins that mean the same in every protocol.

use quaywatch_model::{Side, Topic, Value};

use crate::Context;

/// Names and passwords that makers ship devices with, and that everybody who looks for open devices tries first. From
/// the makers' own manuals.
static DEFAULT_LOGINS: [(&str, &str); 40] = [
    ("666666", "666666"),
    ("888888", "888888"),
    ("admin", ""),
    ("admin", "1234"),
    ("admin", "12345"),
    ("admin", "123456"),
    ("admin", "admin"),
    ("admin", "moxa"),
    ("admin", "password"),
    ("admin", "private"),
    ("admin", "wago"),
    ("administrator", ""),
    ("administrator", "1"),
    ("administrator", "administrator"),
    ("administrator", "password"),
    ("cisco", "cisco"),
    ("fdrusers", "sresurdf"),
    ("ftp", "ftp"),
    ("guest", "guest"),
    ("loader", "fwdownload"),
    ("ntpupdate", "ntpupdate"),
    ("operator", "operator"),
    ("pcfactory", "pcfactory"),
    ("pi", "raspberry"),
    ("root", ""),
    ("root", "12345"),
    ("root", "admin"),
    ("root", "dbps"),
    ("root", "pass"),
    ("root", "password"),
    ("root", "root"),
    ("root", "toor"),
    ("root", "wago"),
    ("service", "service"),
    ("support", "support"),
    ("sysdiag", "factorycast@schneider"),
    ("test", "test"),
    ("ubnt", "ubnt"),
    ("user", "public"),
    ("user", "user"),
];

/// Which well-known log-in this is, as `name/password`, if it is one. The name's case does not matter, nor does the
/// password's where it repeats the name.
pub(crate) fn default_login(user: &str, password: &str) -> Option<String> {
    let (name, lower) = (user.to_ascii_lowercase(), password.to_ascii_lowercase());
    let is_it = |known: &&(&str, &str)| {
        known.0 == name && (known.1 == password || (lower == name && known.1 == lower))
    };
    DEFAULT_LOGINS.iter().find(is_it).map(|(name, password)| format!("{name}/{password}"))
}

/// Notes a password that was sent in the clear, and whether it is one that everybody tries.
pub(crate) fn clear_password(cx: &mut Context<'_>, from: Side, user: Option<&str>, password: &str) {
    cx.note(from, Topic::ClearSecret, Value::Secret);
    if let Some(known) = user.and_then(|user| default_login(user, password)) {
        cx.note(from, Topic::DefaultSecret, Value::Text(&known));
    }
}

#[cfg(test)]
mod tests {
    use super::default_login;

    #[test]
    fn only_known_pairs_are_default_logins() {
        assert_eq!(default_login("Admin", "admin").as_deref(), Some("admin/admin"));
        assert_eq!(default_login("USER", "USER").as_deref(), Some("user/user"));
        assert_eq!(default_login("admin", "x7!"), None);
        assert_eq!(default_login("root", "PASS"), None);
    }
}
