use crate::arguments::TwinScenarios;
use quaywatch_quay::scenario::catalogue;
use std::error::Error;
use std::io::Write;

/// Lists what can be played, or shows one of them.
pub(super) fn run(arguments: &TwinScenarios) -> Result<(), Box<dyn Error>> {
    let mut out = anstream::stdout().lock();
    if let Some(name) = &arguments.name {
        write!(out, "{}", catalogue::text(name)?)?;
        return Ok(());
    }
    for (name, scenario) in catalogue::all() {
        let scenario = scenario?;
        let by: Vec<&str> = scenario.seen_by.iter().map(|by| by.name()).collect();
        writeln!(out, "{name:<32} {:<9} {:<18} {}", scenario.severity.name(), by.join(" "), scenario.title)?;
    }
    writeln!(
        out,
        "\nThose that begin with n are honest. To play one: quaywatch twin capture --scenario NAME --out DIR"
    )?;
    Ok(())
}
