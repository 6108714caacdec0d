//! Plays everything and judges it.

use crate::tally::{Report, Tally};
use crate::trial::Trial;
use crate::{FIRST_SEED, HELD_OUT, HELD_OUT_MAKER};
use quaywatch_crane::Settings;
use quaywatch_model::Timestamp;
use quaywatch_quay::Run;
use quaywatch_quay::life::{Maker, Pace};
use quaywatch_quay::scenario::{Scenario, Unplayable, catalogue};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::{io, thread};

/// What is played.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// How many seeds each scenario is played with.
    pub seeds: u64,
    /// The first of them.
    pub first_seed: u64,
    /// With whose automation; none: with all that are not held out.
    pub makers: Vec<Maker>,
    /// Which scenarios, by number; none: all.
    pub scenarios: Vec<String>,
    /// How long each capture with a scenario is.
    pub minutes: f64,
    /// How long a capture without one is, for each seed and maker, for false alarms.
    pub quiet_hours: f64,
    /// Whether it is looked when what is recognised can be told, which takes as long again.
    pub delays: bool,
    /// How many captures are played at a time.
    pub threads: usize,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            seeds: 20,
            first_seed: FIRST_SEED,
            makers: Vec::new(),
            scenarios: Vec::new(),
            minutes: 15.0,
            quiet_hours: 1.2,
            delays: true,
            threads: 1,
        }
    }
}

/// Why nothing was measured.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// There is no such scenario, or it cannot be played.
    #[error(transparent)]
    Scenario(#[from] Unplayable),
    /// A capture could not be written.
    #[error(transparent)]
    Run(#[from] quaywatch_quay::Failed),
    /// A capture could not be read.
    #[error(transparent)]
    Inspect(#[from] quaywatch_sensor::InspectError),
    /// It is kept for measuring.
    #[error(
        "{what} is held out: seeds below {FIRST_SEED} are for working on detectors, and this is not to be looked at then"
    )]
    HeldOut {
        /// Which scenario or automation.
        what: String,
    },
    /// Something in this program is wrong.
    #[error(
        "{scenario} on a crane of {maker} with seed {seed}: the trial came to no end (a mistake in this program)"
    )]
    Broken {
        /// Which scenario.
        scenario: String,
        /// Whose automation.
        maker: &'static str,
        /// Which seed.
        seed: u64,
    },
    /// There is no room for captures.
    #[error("a temporary folder for captures: {0}")]
    Temporary(#[source] io::Error),
    /// A run's own declaration is wrong.
    #[error("the declaration of a run: {0}")]
    Site(String),
    /// A run's own labels are wrong.
    #[error("the labels of a run: {0}")]
    Labels(String),
}

/// What was measured, and what of.
#[derive(Debug, Clone)]
pub struct Measured {
    /// The numbers.
    pub report: Report,
    /// Each capture, in the order of the plan.
    pub trials: Vec<Trial>,
}

/// Plays and judges everything. Tells how many captures are done, of how many.
///
/// # Errors
/// There is no such scenario, it is held out, or a capture could not be written or read.
pub fn measure(plan: &Plan, progress: &(dyn Fn(usize, usize) + Sync)) -> Result<Measured, Failed> {
    let runs = runs(plan)?;
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let results = Mutex::new(Vec::new());
    let work = || loop {
        let index = next.fetch_add(1, Ordering::Relaxed);
        let Some(run) = runs.get(index) else { return };
        let trial = catch_unwind(AssertUnwindSafe(|| Trial::of(run, plan.delays)));
        let trial = trial.unwrap_or_else(|_| Err(broken(run)));
        if trial.is_err() {
            next.store(runs.len(), Ordering::Relaxed);
        }
        // Nothing that can panic is done under the lock.
        results.lock().unwrap_or_else(PoisonError::into_inner).push((index, trial));
        progress(done.fetch_add(1, Ordering::Relaxed) + 1, runs.len());
    };
    thread::scope(|scope| (0..plan.threads.max(1)).for_each(|_| drop(scope.spawn(work))));
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    // In the order of the plan, whoever was done first.
    results.sort_by_key(|(index, _)| *index);
    let trials = results.into_iter().map(|(_, trial)| trial).collect::<Result<Vec<_>, _>>()?;
    let mut tally = Tally::default();
    trials.iter().for_each(|trial| tally.count(trial));
    Ok(Measured { report: tally.report(plan), trials })
}

fn broken(run: &Run) -> Failed {
    let scenario = run.scenarios.first().map_or("an honest capture", |scenario| &scenario.id).to_owned();
    Failed::Broken { scenario, maker: run.maker.name(), seed: run.seed }
}

/// All captures: each scenario with each seed and maker, and one without any.
fn runs(plan: &Plan) -> Result<Vec<Run>, Failed> {
    let is_open = plan.first_seed >= FIRST_SEED;
    let mut scenarios: Vec<Option<Scenario>> = vec![None];
    for (name, scenario) in catalogue::all() {
        let scenario = scenario?;
        let is_wanted = |wanted: &String| *wanted == scenario.id || wanted == name;
        let is_named = plan.scenarios.iter().any(is_wanted);
        let is_kept = !is_open && is_held_out(&scenario.id);
        if is_named && is_kept {
            return Err(Failed::HeldOut { what: scenario.id });
        }
        if is_named || plan.scenarios.is_empty() && !is_kept {
            scenarios.push(Some(scenario));
        }
    }
    // What is asked for by a wrong name is not passed over.
    plan.scenarios.iter().try_for_each(|name| catalogue::named(name).map(|_| ()))?;
    if !is_open && plan.makers.contains(&HELD_OUT_MAKER) {
        return Err(Failed::HeldOut { what: format!("the automation {}", HELD_OUT_MAKER.name()) });
    }
    let makers = makers(plan);
    let mut runs = Vec::new();
    for scenario in &scenarios {
        let suits = |maker: &&Maker| scenario.as_ref().is_none_or(|scenario| scenario.suits(**maker));
        for maker in makers.iter().filter(suits) {
            for seed in plan.first_seed..plan.first_seed + plan.seeds {
                runs.push(run(plan, scenario.clone(), *maker, seed));
            }
        }
    }
    Ok(runs)
}

/// With whose automation a plan is played.
pub(crate) fn makers(plan: &Plan) -> Vec<Maker> {
    if !plan.makers.is_empty() {
        return plan.makers.clone();
    }
    let all = Maker::NAMES.iter().map(|(_, maker)| *maker);
    all.filter(|maker| plan.first_seed >= FIRST_SEED || *maker != HELD_OUT_MAKER).collect()
}

fn run(plan: &Plan, scenario: Option<Scenario>, maker: Maker, seed: u64) -> Run {
    let length_s = if scenario.is_some() { plan.minutes * 60.0 } else { plan.quiet_hours * 3600.0 };
    // Calm to fresh, as the seed says.
    let wind_m_s = 3.0 + (seed % 7) as f64 * 1.5;
    Run {
        seed,
        begin: Timestamp::from_nanos(1_796_025_600_000_000_000),
        length_s,
        maker,
        cranes: vec!["STS07".to_owned()],
        settings: Settings { wind_m_s, truck_wait_s: 25.0, ..Settings::default() },
        pace: Pace { polls: 0.25, cyclic: 0.002, video: 0.000_1, engineering: 0.0, service: 0.0 },
        scenarios: scenario.into_iter().collect(),
    }
}

/// Whether a scenario is held out.
pub(crate) fn is_held_out(id: &str) -> bool {
    HELD_OUT.iter().any(|held| id.starts_with(held))
}

#[cfg(test)]
mod tests {
    use super::{Failed, Plan, runs};
    use crate::HELD_OUT_MAKER;

    #[test]
    fn what_is_held_out_is_not_played_with_the_seeds_of_those_who_work_on_detectors() {
        let plan = Plan { seeds: 1, first_seed: 1, ..Plan::default() };
        let played = runs(&plan).unwrap();
        assert!(played.iter().all(|run| run.maker != HELD_OUT_MAKER));
        assert!(played.iter().flat_map(|run| &run.scenarios).all(|scenario| scenario.id != "A04"));
        let by_name = Plan { scenarios: vec!["A04".to_owned()], ..plan.clone() };
        assert!(matches!(runs(&by_name), Err(Failed::HeldOut { what }) if what == "A04"));
        let by_maker = Plan { makers: vec![HELD_OUT_MAKER], ..plan };
        assert!(matches!(runs(&by_maker), Err(Failed::HeldOut { .. })));
        let all = runs(&Plan { seeds: 1, ..Plan::default() }).unwrap();
        assert!(all.iter().any(|run| run.maker == HELD_OUT_MAKER));
        assert!(all.iter().flat_map(|run| &run.scenarios).any(|scenario| scenario.id == "A04"));
    }
}
