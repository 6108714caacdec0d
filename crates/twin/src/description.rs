use quaywatch_crane::{Settings, Unsound};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// So long a crane's name may be: it goes into identities, host names and node ids.
const MOST_NAME_BYTES: usize = 32;

/// Which crane is simulated, as a `crane.toml` says: `name = "STS07"`, and under `[machine]` the constants in which it
/// differs from the ordinary crane, such as `spreader_mass_kg = 14000`.
#[derive(Debug, Clone, PartialEq)]
pub struct Description {
    /// Letters, digits, `-` and `_`.
    pub name: String,
    /// The constants and their values, in the file's order.
    pub machine: Vec<(String, f64)>,
}

/// Why a `crane.toml` describes no crane.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undescribed {
    /// Not TOML.
    #[error("line {line}: {reason}")]
    Syntax {
        /// Where.
        line: usize,
        /// What the reader of TOML says.
        reason: String,
    },
    /// A key nobody looks for.
    #[error("line {line}: there is no key {key}; the keys are name and [machine]")]
    Key {
        /// Where.
        line: usize,
        /// Which.
        key: String,
    },
    /// A value that cannot be.
    #[error("line {line}: {key} must be {valid}, found {found}")]
    Value {
        /// Where.
        line: usize,
        /// Whose.
        key: String,
        /// What would do.
        valid: &'static str,
        /// What it is.
        found: String,
    },
}

impl Default for Description {
    fn default() -> Self {
        Self { name: "STS07".to_owned(), machine: Vec::new() }
    }
}

impl Description {
    /// Reads the text of a `crane.toml`. What it does not say is as in the default.
    ///
    /// # Errors
    /// The first thing that is wrong, with its line.
    pub fn parse(text: &str) -> Result<Self, Undescribed> {
        let line = |at: usize| text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
        let top = DeTable::parse(text).map_err(|error| Undescribed::Syntax {
            line: line(error.span().map_or(0, |span| span.start)),
            reason: error.message().to_owned(),
        })?;
        let mut description = Self::default();
        let mut entries: Vec<_> = top.get_ref().iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        for (key, value) in entries {
            let wrong = |key: &str, value: &Spanned<DeValue<'_>>, valid| {
                let found = text.get(value.span()).unwrap_or_default().to_owned();
                Err(Undescribed::Value { line: line(value.span().start), key: key.to_owned(), valid, found })
            };
            match (key.get_ref().as_ref(), value.get_ref()) {
                ("name", DeValue::String(name)) if is_name(name) => description.name = name.to_string(),
                ("name", _) => return wrong("name", value, "1 to 32 letters, digits, - or _ in quotes"),
                ("machine", DeValue::Table(machine)) => {
                    for (key, value) in machine {
                        let Some(number) = number(value.get_ref()) else {
                            return wrong(key.get_ref(), value, "a number");
                        };
                        description.machine.push((key.get_ref().to_string(), number));
                    }
                }
                ("machine", _) => return wrong("machine", value, "a table: [machine]"),
                (other, _) => {
                    return Err(Undescribed::Key { line: line(key.span().start), key: other.to_owned() });
                }
            }
        }
        Ok(description)
    }

    /// The settings of the ordinary crane with these constants.
    ///
    /// # Errors
    /// There is no such constant, or it cannot be so.
    pub fn settings(&self) -> Result<Settings, Unsound> {
        let mut settings = Settings::default();
        self.machine.iter().try_for_each(|(key, value)| settings.machine.set(key, *value))?;
        Ok(settings)
    }
}

fn is_name(name: &str) -> bool {
    let is_fit = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=MOST_NAME_BYTES).contains(&name.len()) && name.bytes().all(is_fit)
}

/// A finite number. What TOML lets people write between digits is taken out.
fn number(value: &DeValue<'_>) -> Option<f64> {
    let digits = match value {
        DeValue::Float(number) => number.as_str(),
        DeValue::Integer(number) if number.radix() == 10 => number.as_str(),
        _ => return None,
    };
    digits.replace('_', "").parse().ok().filter(|number: &f64| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::Description;

    #[test]
    fn a_crane_is_as_its_file_says_and_else_as_usual() {
        assert_eq!(Description::parse("").unwrap(), Description::default());
        let text = "name = \"STS-11\"\n[machine]\nspreader_mass_kg = 14_000\nrope_damping = 0.04\n";
        let crane = Description::parse(text).unwrap();
        assert_eq!(crane.name, "STS-11");
        assert!(crane.machine.contains(&("spreader_mass_kg".into(), 14_000.0)));
        assert!(crane.machine.contains(&("rope_damping".into(), 0.04)));
    }

    #[test]
    fn a_mistake_is_told_in_a_sentence_with_its_line_and_what_would_be_valid() {
        for (text, told) in [
            ("\nnmae = 'STS07'", "line 2: there is no key nmae; the keys are name and [machine]"),
            ("name = ''", "line 1: name must be 1 to 32 letters, digits, - or _ in quotes, found ''"),
            ("name = 7", "line 1: name must be 1 to 32 letters, digits, - or _ in quotes, found 7"),
            ("machine = 3", "line 1: machine must be a table: [machine], found 3"),
            ("[machine]\nspreader_mass_kg = 'big'", "line 2: spreader_mass_kg must be a number, found 'big'"),
            ("[machine]\nspreader_mass_kg = inf", "line 2: spreader_mass_kg must be a number, found inf"),
        ] {
            assert_eq!(Description::parse(text).unwrap_err().to_string(), told);
        }
        assert!(
            Description::parse("name = \"STS07\"\n[machine\n")
                .unwrap_err()
                .to_string()
                .starts_with("line 2: ")
        );
    }
}
