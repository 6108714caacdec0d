//! Plays everything and judges it.

use crate::judge::judge;
use crate::tally::{Report, Tally};
use crate::trial::Trial;
use crate::{FIRST_SEED, HELD_OUT};
use quaywatch_crane::Settings;
use quaywatch_model::Timestamp;
use quaywatch_quay::Run;
use quaywatch_quay::life::{Maker, Pace};
use quaywatch_quay::scenario::{Scenario, Unplayable, catalogue};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{io, thread};

/// What is played.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// How many seeds each scenario is played with.
    pub seeds: u64,
    /// The first of them.
    pub first_seed: u64,
    /// With whose automation.
    pub makers: Vec<Maker>,
    /// Which scenarios, by number; none: all.
    pub scenarios: Vec<String>,
    /// How long each capture with a scenario is.
    pub minutes: f64,
    /// How long a capture without one is, for each seed and maker, for false alarms.
    pub quiet_hours: f64,
    /// How many captures are played at a time.
    pub threads: usize,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            seeds: 20,
            first_seed: FIRST_SEED,
            makers: Maker::NAMES.iter().map(|(_, maker)| *maker).collect(),
            scenarios: Vec::new(),
            minutes: 15.0,
            quiet_hours: 1.2,
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

/// Plays and judges everything. Tells how many captures are done, of how many.
///
/// # Errors
/// There is no such scenario, or a capture could not be written or read.
pub fn measure(plan: &Plan, progress: &(dyn Fn(usize, usize) + Sync)) -> Result<Report, Failed> {
    let runs = runs(plan)?;
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let judged = Mutex::new(Vec::new());
    let work = || -> Result<(), Failed> {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(run) = runs.get(index) else { return Ok(()) };
            let trial = Trial::of(run)?;
            let result = (index, judge(&trial), trial);
            // A thread that panicked had not yet taken the lock.
            judged.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(result);
            progress(done.fetch_add(1, Ordering::Relaxed) + 1, runs.len());
        }
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..plan.threads.max(1)).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().unwrap_or(Ok(())))
    })?;
    let mut judged = judged.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    // In the order of the plan, whoever was done first.
    judged.sort_by_key(|(index, ..)| *index);
    let mut tally = Tally::default();
    for (_, (verdicts, alarms), trial) in judged {
        tally.count(&trial, verdicts, alarms);
    }
    Ok(tally.report(plan))
}

/// All captures: each scenario with each seed and maker, and one without any.
fn runs(plan: &Plan) -> Result<Vec<Run>, Failed> {
    let mut scenarios: Vec<Option<Scenario>> = vec![None];
    for (name, scenario) in catalogue::all() {
        let scenario = scenario?;
        let is_wanted = |wanted: &String| *wanted == scenario.id || wanted == name;
        if plan.scenarios.is_empty() || plan.scenarios.iter().any(is_wanted) {
            scenarios.push(Some(scenario));
        }
    }
    // What is asked for by a wrong name is not passed over.
    plan.scenarios.iter().try_for_each(|name| catalogue::named(name).map(|_| ()))?;
    let mut runs = Vec::new();
    for scenario in &scenarios {
        for maker in plan
            .makers
            .iter()
            .filter(|maker| scenario.as_ref().is_none_or(|scenario| scenario.suits(**maker)))
        {
            for seed in plan.first_seed..plan.first_seed + plan.seeds {
                runs.push(run(plan, scenario.clone(), *maker, seed));
            }
        }
    }
    Ok(runs)
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
        pace: Pace { polls: 0.25, cyclic: 0.002, video: 0.000_1, engineering: 0.0 },
        scenarios: scenario.into_iter().collect(),
    }
}

/// Whether a scenario is held out.
pub(crate) fn is_held_out(id: &str) -> bool {
    HELD_OUT.iter().any(|held| id.starts_with(held))
}
