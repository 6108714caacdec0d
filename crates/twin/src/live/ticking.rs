use super::{Process, Stage};
use crate::Mode;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

/// The controller's cycle.
const CYCLE: Duration = Duration::from_millis(20);
/// A machine that was asleep, or is too slow for the speed, does not catch up more than this: the crane's time falls behind.
const MOST_AT_ONCE: Duration = Duration::from_millis(200);

/// Lets the crane go on until the end.
pub(super) fn tick(stage: &Stage, mut process: Box<dyn Process>, speed: f64) {
    let begin_nanos = stage.now().nanos();
    let (mut last, mut until_s, mut ahead_nanos) = (Instant::now(), 0.0, None);
    while !stage.ends() {
        thread::sleep(CYCLE);
        let passed = last.elapsed();
        last += passed;
        until_s += passed.min(MOST_AT_ONCE).as_secs_f64() * speed;
        let mut plc = stage.plc();
        // Somebody set the controller's clock, or nobody did yet.
        if ahead_nanos.replace(plc.clock_ahead_nanos) != Some(plc.clock_ahead_nanos) {
            process.set_clock(begin_nanos.saturating_add(plc.clock_ahead_nanos) as f64 / 1e9);
        }
        let running = plc.mode == Mode::Run;
        process.advance(&mut plc.image, running, until_s);
        let passed_nanos = (until_s * 1e9) as i64;
        stage.now_nanos.store(begin_nanos.saturating_add(passed_nanos), Ordering::Relaxed);
    }
}
