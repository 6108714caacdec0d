//! The person in the cab: works off one move after the other with sticks and buttons, by what is seen; not perfectly.

mod drive;
mod lamps;

use crate::chance::Chance;
use crate::desk::Desk;
use crate::image::Image;
use crate::work::{Move, Work};
use glam::DVec3;
use lamps::{DeskPlaces, Hands, LampPlaces, Lamps};

/// How often hands move.
const TICK_S: f64 = 0.1;
/// So much is left free over whatever is passed.
const PASSING_M: f64 = 2.0;
/// Every way to and from the quay passes over the sill beam.
const SILL_M: f64 = 16.0;
/// So far below the height to pass at, the trolley may already start: its ramp is slow.
const EARLY_M: f64 = 3.0;
/// So high the spreader is for travelling along the quay.
const GANTRY_HEIGHT_M: f64 = 38.6;

/// What is seen from the cab.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Eyes {
    pub(crate) time_s: f64,
    /// The crane answers its desk.
    pub(crate) works: bool,
    pub(crate) trolley_m: f64,
    pub(crate) trolley_m_s: f64,
    pub(crate) load_m: DVec3,
    pub(crate) underside_m: f64,
    pub(crate) hoist_m_s: f64,
    pub(crate) gantry_m: f64,
}

/// What the operator is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Nothing works: seeing to it.
    Restart,
    /// Along the quay to the bay.
    Shift,
    ToPick,
    LowerToPick,
    Lock,
    Lift,
    ToDrop,
    LowerToDrop,
    Unlock,
    Clear,
}

/// The operator.
#[derive(Debug, Clone)]
pub(crate) struct Operator {
    chance: Chance,
    skill: f64,
    lamp_places: LampPlaces,
    desk_places: DeskPlaces,
    hands: Hands,
    phase: Phase,
    since_s: f64,
    /// What is waited for: a look, a reaction, a truck.
    until_s: f64,
    settled: bool,
    job: Option<Move>,
    /// The box could not be lifted, and goes back.
    gives_up: bool,
    /// How long this move's truck is waited for.
    truck_s: f64,
    aim_m: f64,
    /// How far the wind holds the load beside the trolley.
    lean_m: f64,
    /// Where the trolley comes to rest with what was asked of it.
    rest_m: Option<f64>,
    stood_s: f64,
    /// For how long the load has swung wildly.
    wild_s: f64,
}

impl Operator {
    pub(crate) fn new(seed: u64, skill: f64) -> Self {
        Self {
            chance: Chance::new(seed, 4),
            skill: skill.clamp(0.2, 2.0),
            lamp_places: LampPlaces::new(),
            desk_places: DeskPlaces::new(),
            hands: Hands::default(),
            phase: Phase::Restart,
            since_s: 0.0,
            until_s: 3.0,
            settled: false,
            job: None,
            gives_up: false,
            truck_s: 0.0,
            aim_m: 0.0,
            lean_m: 0.0,
            rest_m: None,
            stood_s: 0.0,
            wild_s: 0.0,
        }
    }

    pub(crate) const fn job(&self) -> Option<&Move> {
        self.job.as_ref()
    }

    /// Looks, thinks, and moves sticks and buttons.
    pub(crate) fn act(&mut self, image: &mut Image, eyes: &Eyes, work: &mut Work, desk: &mut Desk) {
        let lamps = self.lamp_places.read(image);
        let before = self.hands;
        let restarting = self.phase == Phase::Restart;
        self.hands = Hands { on: self.hands.on, ..Hands::default() };
        if !restarting && (lamps.on == 0.0 || !eyes.works) {
            self.rest_m = None;
            let reaction_s = self.chance.lognormal(8.0, 0.4);
            self.enter(Phase::Restart, eyes.time_s, reaction_s);
        }
        // The stick is remembered while deciding on the next.
        self.hands.trolley = before.trolley;
        self.hands.trolley = self.decide(image, eyes, &lamps, work, desk);
        self.desk_places.write(image, &self.hands);
        if lamps.anti_sway != 0.0 && self.has_enough(eyes, &lamps) {
            self.desk_places.help(image, false);
        }
    }

    /// Whether the load has swung so far for so long that whoever helps against it is in the way: he does without.
    fn has_enough(&mut self, eyes: &Eyes, lamps: &Lamps) -> bool {
        let aside_m = eyes.load_m.x - eyes.trolley_m;
        let is_wild = aside_m.abs() > WILD_DEG.to_radians().tan() * lamps.rope_m.max(1.0);
        // It comes back between two swings.
        self.wild_s = if is_wild { self.wild_s + TICK_S } else { (self.wild_s - TICK_S / 4.0).max(0.0) };
        self.wild_s > WILD_S
    }

    /// One decision; what it leaves the trolley's stick at.
    fn decide(
        &mut self,
        image: &mut Image,
        eyes: &Eyes,
        lamps: &Lamps,
        work: &mut Work,
        desk: &mut Desk,
    ) -> f64 {
        if self.phase == Phase::Restart {
            self.restart(image, eyes, lamps);
            return 0.0;
        }
        let Some(job) = self.job.clone() else {
            self.begin(eyes, work);
            return 0.0;
        };
        let stack =
            |index: usize| work.quay.stacks.get(index).map_or((0.0, 0.0), |stack| (stack.x_m, stack.top_m()));
        let (from_m, from_top_m) = stack(job.from);
        let (to_m, to_top_m) = if self.gives_up { (from_m, from_top_m) } else { stack(job.to) };
        // Not below this between the places, with what hangs.
        let passes = |other_m: f64| work.quay.highest_m(eyes.trolley_m, other_m).max(SILL_M) + PASSING_M;
        match self.phase {
            Phase::Restart => 0.0,
            Phase::Shift => self.shift(eyes, &job),
            Phase::ToPick => {
                if (lamps.length_ft - f64::from(job.container.length_ft)).abs() > 0.5 {
                    desk.spreader_ft = job.container.length_ft.into();
                }
                let ready = (lamps.length_ft - f64::from(job.container.length_ft)).abs() < 0.5;
                let wait_s = if job.discharge { 0.0 } else { self.truck_s };
                self.travel(eyes, lamps, from_m, passes(from_m), ready.then_some(Phase::LowerToPick), wait_s)
            }
            Phase::LowerToPick => self.lower(eyes, lamps, from_top_m, Phase::Lock, Phase::ToPick),
            Phase::Lock => {
                self.hands.lock = self.press(eyes, lamps.locked != 0.0, Phase::Lift, Phase::ToPick);
                0.0
            }
            Phase::Lift => self.lift(eyes, lamps, passes(to_m)),
            Phase::ToDrop => {
                let wait_s = if job.discharge { self.truck_s } else { 0.0 };
                self.travel(eyes, lamps, to_m, passes(to_m), Some(Phase::LowerToDrop), wait_s)
            }
            Phase::LowerToDrop => self.lower(eyes, lamps, to_top_m, Phase::Unlock, Phase::ToDrop),
            Phase::Unlock => {
                self.hands.unlock = self.press(eyes, lamps.unlocked != 0.0, Phase::Clear, Phase::ToDrop);
                0.0
            }
            Phase::Clear => {
                self.hands.hoist = 1.0;
                if eyes.underside_m > to_top_m + 1.5 {
                    self.job = None;
                }
                0.0
            }
        }
    }

    /// The next move: over to its box, or first along the quay to its bay.
    fn begin(&mut self, eyes: &Eyes, work: &mut Work) {
        let next = work.next_move();
        let here = (eyes.gantry_m - next.gantry_m).abs() < 0.5;
        self.job = Some(next);
        self.truck_s = work.truck_wait_s();
        self.gives_up = false;
        self.hands.hoist = 1.0;
        self.aim();
        self.enter(if here { Phase::ToPick } else { Phase::Shift }, eyes.time_s, 0.0);
    }

    fn shift(&mut self, eyes: &Eyes, job: &Move) -> f64 {
        let left_m = job.gantry_m - eyes.gantry_m;
        if eyes.underside_m < GANTRY_HEIGHT_M - 0.4 {
            self.hands.hoist = Self::hoist_stick(eyes, GANTRY_HEIGHT_M);
        } else if left_m.abs() > 0.4 {
            self.hands.gantry = (left_m.abs() * 0.25).clamp(0.1, 1.0).copysign(left_m);
        } else {
            self.enter(Phase::ToPick, eyes.time_s, 0.0);
        }
        0.0
    }

    /// To a place, at a height that passes everything; then, once it is still there and the time has come, on.
    fn travel(
        &mut self,
        eyes: &Eyes,
        lamps: &Lamps,
        target_m: f64,
        height_m: f64,
        then: Option<Phase>,
        wait_s: f64,
    ) -> f64 {
        if eyes.trolley_m_s.abs() < 0.3 {
            self.lean_m += (eyes.load_m.x - eyes.trolley_m - self.lean_m) * TICK_S / LEAN_S;
        }
        // The load is to be over the place, not the trolley.
        let over_m = if self.lean_m.abs() < LEAN_SEEN_M { target_m } else { target_m - self.lean_m };
        let off_m = over_m - eyes.trolley_m;
        let near = off_m.abs() < 0.45 && eyes.trolley_m_s.abs() < 0.15;
        let too_high = off_m.abs() < 15.0 && eyes.underside_m > height_m + 2.0;
        if (eyes.underside_m < height_m - 0.3 || too_high) && !near {
            self.hands.hoist = Self::hoist_stick(eyes, height_m);
        }
        let high = eyes.underside_m > height_m - EARLY_M || off_m.abs() < 1.2;
        let stick = if high { self.trolley_stick(eyes, lamps, over_m + self.aim_m) } else { 0.0 };
        let Some(then) = then.filter(|_| near && stick == 0.0) else {
            self.settled = false;
            return stick;
        };
        if !self.settled {
            self.settled = true;
            let looks_s = self.chance.lognormal(SETTLE_S / self.skill, 0.45).clamp(1.0, 12.0);
            self.until_s = eyes.time_s + looks_s.max(wait_s);
        }
        let beside_m = (eyes.load_m.x - target_m).abs();
        let still = beside_m < 0.5 && lamps.sway_deg.abs() < 1.0;
        let patient = eyes.time_s < self.until_s + 6.0 || beside_m > 1.0;
        if eyes.time_s >= self.until_s && (still || !patient) {
            self.enter(then, eyes.time_s, 0.0);
        }
        stick
    }

    /// Down until it stands and the ropes are slack.
    fn lower(&mut self, eyes: &Eyes, lamps: &Lamps, ground_m: f64, then: Phase, again: Phase) -> f64 {
        self.hands.hoist = Self::landing_stick(eyes, ground_m);
        if lamps.slack != 0.0 {
            self.hands.hoist = 0.0;
            if lamps.is_landed() {
                let reaction_s = self.chance.lognormal(REACTION_S / self.skill, 0.35).min(5.0);
                self.enter(then, eyes.time_s, reaction_s);
            } else {
                self.retry(eyes, again);
            }
        } else if eyes.time_s - self.since_s > 90.0 {
            self.retry(eyes, again);
        }
        0.0
    }

    /// A hand at a button, after its reaction, until a lamp says that it is done.
    fn press(&mut self, eyes: &Eyes, done: bool, then: Phase, again: Phase) -> bool {
        let pressed = eyes.time_s >= self.until_s;
        if done {
            self.enter(then, eyes.time_s, 0.3);
        } else if eyes.time_s - self.since_s > 10.0 {
            self.retry(eyes, again);
        }
        pressed
    }

    /// Up, at first slowly by the controller's own care. What may not be lifted is set back.
    fn lift(&mut self, eyes: &Eyes, lamps: &Lamps, height_m: f64) -> f64 {
        if eyes.time_s < self.until_s {
            return 0.0;
        }
        if lamps.overload != 0.0 || lamps.eccentric != 0.0 {
            if eyes.time_s - self.since_s > 8.0 {
                self.gives_up = true;
                self.enter(Phase::LowerToDrop, eyes.time_s, 0.0);
            }
            self.hands.hoist = 0.5;
            return 0.0;
        }
        self.hands.hoist = Self::hoist_stick(eyes, height_m).max(0.0);
        if eyes.underside_m > height_m - EARLY_M {
            self.aim();
            self.enter(Phase::ToDrop, eyes.time_s, 0.0);
        }
        0.0
    }

    /// Control off, stop lifted, faults reset, control on; then on with what hangs or with what is next.
    fn restart(&mut self, image: &mut Image, eyes: &Eyes, lamps: &Lamps) {
        self.hands.on = false;
        let past_s = eyes.time_s - self.until_s;
        if past_s < 0.0 || !eyes.works {
            return;
        }
        self.desk_places.begin(image);
        self.hands.reset = past_s < 0.5;
        self.hands.on = past_s >= 1.0;
        if lamps.on != 0.0 && self.hands.on {
            let phase = if self.job.is_some() && lamps.locked != 0.0 { Phase::Lift } else { Phase::ToPick };
            self.enter(phase, eyes.time_s, 0.5);
        } else if past_s > 3.0 {
            self.until_s = eyes.time_s + self.chance.lognormal(12.0, 0.3);
        }
    }

    fn retry(&mut self, eyes: &Eyes, phase: Phase) {
        self.aim_m = 0.0;
        self.hands.hoist = 0.4;
        self.enter(phase, eyes.time_s, 0.0);
    }

    fn aim(&mut self) {
        self.aim_m = (0.08 / self.skill * self.chance.normal()).clamp(-0.3, 0.3);
    }

    const fn enter(&mut self, phase: Phase, time_s: f64, wait_s: f64) {
        self.phase = phase;
        self.since_s = time_s;
        self.until_s = time_s + wait_s;
        self.settled = false;
    }
}

/// How long it takes to be sure that it hangs still over the place.
const SETTLE_S: f64 = 5.4;
/// How long one looks before one knows how far the wind holds the load off.
const LEAN_S: f64 = 4.0;
/// Less than this is not seen from above.
const LEAN_SEEN_M: f64 = 0.25;
/// From landing to the hand at the button.
const REACTION_S: f64 = 2.2;
/// A load that is further aside than this for so long, in all, swings wildly: shaping and damping keep it below 8 degrees.
const WILD_DEG: f64 = 14.0;
const WILD_S: f64 = 4.0;
