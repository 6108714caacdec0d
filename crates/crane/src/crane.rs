use crate::control::{CYCLE_S, Controller, State};
use crate::desk::Desk;
use crate::image::Image;
use crate::machine::{Machine, Unsound, Valid};
use crate::operator::{Eyes, Operator};
use crate::plant::{Actuation, Lies, Plant, STEP_S, Senses};
use crate::tags::{Value, find};
use crate::wind::Wind;
use crate::work::{Container, Move, Quay, Special, Work};
use glam::DVec3;

/// Which crane, who works it, and in what weather.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Its constants.
    pub machine: Machine,
    /// What comes by chance comes from this.
    pub seed: u64,
    /// Whether an operator works a ship off. Without one, commands come from outside.
    pub manned: bool,
    /// How good the operator is: 1 is usual, 0.7 a beginner.
    pub skill: f64,
    /// How long a truck is waited for, on average; 0: never.
    pub truck_wait_s: f64,
    /// The wind's mean.
    pub wind_m_s: f64,
    /// Where it comes from, in degrees clockwise from the sea.
    pub wind_from_deg: f64,
    /// The wind's seed and how much earlier than others this crane has it: cranes on one quay share it.
    pub wind_seed: u64,
    /// See above.
    pub wind_lead_s: f64,
    /// The controller's clock when the crane's time is 0, in seconds since 1970.
    pub unix_s: f64,
    /// Whether what the management system tells about each move comes over the network. Else it is just there.
    pub jobs_come: bool,
}

impl Default for Settings {
    /// A crane at work in a light wind, on a Monday in November 2026, without waiting for trucks.
    fn default() -> Self {
        Self {
            machine: Machine::default(),
            seed: 1,
            manned: true,
            skill: 1.0,
            truck_wait_s: 0.0,
            wind_m_s: 5.0,
            wind_from_deg: 40.0,
            wind_seed: 1,
            wind_lead_s: 0.0,
            unix_s: 1_796_025_600.0,
            jobs_come: false,
        }
    }
}

impl Settings {
    /// Whether such a crane can be.
    ///
    /// # Errors
    /// The first value that cannot be as it is.
    pub fn check(&self) -> Result<(), Unsound> {
        self.machine.check()?;
        Valid::Positive.check("skill", self.skill)?;
        Valid::NotNegative.check("truck_wait_s", self.truck_wait_s)?;
        Valid::NotNegative.check("wind_m_s", self.wind_m_s)?;
        Valid::Place.check("wind_from_deg", self.wind_from_deg)?;
        Valid::NotNegative.check("wind_lead_s", self.wind_lead_s)?;
        Valid::Place.check("unix_s", self.unix_s)
    }
}

/// What is true of a crane at a moment, whatever its controller says.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(missing_docs, reason = "names and units say what they are")]
pub struct Truth {
    pub time_s: f64,
    pub trolley_m: f64,
    pub trolley_m_s: f64,
    pub hoist_m: f64,
    pub hoist_m_s: f64,
    pub gantry_m: f64,
    pub load_m: DVec3,
    pub load_m_s: DVec3,
    pub sway_deg: [f64; 2],
    pub skew_deg: f64,
    pub tension_n: f64,
    pub cargo_kg: f64,
    pub wind_m_s: f64,
    pub hoist_w: f64,
    pub total_w: f64,
    pub total_j: f64,
    /// Hoist, trolley, gantry.
    pub brakes_open: [bool; 3],
    /// Boxes set down since the beginning.
    pub moves: u32,
    /// How often the load hit what stands beside its way.
    pub collisions: u32,
}

/// A crane with its controller, its operator and its work.
#[derive(Debug, Clone)]
pub struct Crane {
    plant: Plant,
    senses: Senses,
    wind: Wind,
    controller: Controller,
    operator: Option<Operator>,
    work: Work,
    job: Option<Move>,
    hanging: Option<Container>,
    /// The switches at the crane.
    pub desk: Desk,
    unix_s: f64,
    jobs_come: bool,
    cycles: u64,
    moves: u32,
    collisions: u32,
    /// The load is beside something higher than itself.
    beside: bool,
}

impl Crane {
    /// A crane with its spreader up over the quay, control off.
    ///
    /// # Errors
    /// Its constants, or the wind, the skill or the waiting, cannot be as they are.
    pub fn new(settings: &Settings) -> Result<Self, Unsound> {
        settings.check()?;
        let machine = settings.machine.clone();
        let wind =
            Wind::new(settings.wind_seed, settings.wind_m_s, settings.wind_from_deg, settings.wind_lead_s);
        Ok(Self {
            plant: Plant::new(machine.clone(), -4.0, machine.trolley_height_m - 20.0),
            senses: Senses::new(settings.seed),
            wind,
            controller: Controller::new(machine),
            operator: settings.manned.then(|| Operator::new(settings.seed, settings.skill)),
            work: Work::new(settings.seed, settings.truck_wait_s),
            job: None,
            hanging: None,
            desk: Desk::default(),
            unix_s: settings.unix_s,
            jobs_come: settings.jobs_come,
            cycles: 0,
            moves: 0,
            collisions: 0,
            beside: false,
        })
    }

    /// Writes what is in a commissioned controller's memory before it first runs: parameters and versions.
    pub fn commission(&self, image: &mut Image) {
        self.controller.commission(image);
    }

    /// Lets time pass, in whole cycles of the controller, until its clock shows `until_s`. A controller that does not run
    /// works on nothing: brakes fall, the load swings on, its memory stays as it is.
    pub fn advance(&mut self, image: &mut Image, running: bool, until_s: f64) {
        while self.time_s() + CYCLE_S <= until_s + 1e-9 {
            self.cycle(image, running);
        }
    }

    /// How long it has been simulated.
    #[must_use]
    pub fn time_s(&self) -> f64 {
        self.cycles as f64 * CYCLE_S
    }

    /// What is true now.
    #[must_use]
    pub fn truth(&self) -> Truth {
        let plant = &self.plant;
        let ((trolley_m, trolley_m_s), (hoist_m, hoist_m_s)) = (plant.trolley(), plant.hoist());
        let (sway, meters) = (plant.sway_rad(), plant.meters());
        Truth {
            time_s: self.time_s(),
            trolley_m,
            trolley_m_s,
            hoist_m,
            hoist_m_s,
            gantry_m: plant.gantry().0,
            load_m: plant.load_m(),
            load_m_s: plant.load_m_s(),
            sway_deg: [sway.x.to_degrees(), sway.y.to_degrees()],
            skew_deg: plant.skew_rad().to_degrees(),
            tension_n: plant.tension_n(),
            cargo_kg: plant.cargo().map_or(0.0, |cargo| cargo.mass_kg),
            wind_m_s: self.wind.speed_m_s(),
            hoist_w: meters.hoist_w,
            total_w: meters.total_w,
            total_j: meters.total_j,
            brakes_open: plant.brakes_open(),
            moves: self.moves,
            collisions: self.collisions,
        }
    }

    /// The move at hand.
    #[must_use]
    pub const fn job(&self) -> Option<&Move> {
        self.job.as_ref()
    }

    /// What stands below the crane. Changing it changes what the load meets.
    pub const fn quay_mut(&mut self) -> &mut Quay {
        &mut self.work.quay
    }

    /// The steel and the load, to be set up for a trial.
    pub const fn plant_mut(&mut self) -> &mut Plant {
        &mut self.plant
    }

    /// The controller's clock from now on, for the moment the crane's time was 0.
    pub const fn set_clock(&mut self, unix_s: f64) {
        self.unix_s = unix_s;
    }

    /// What is wrong with its sensors.
    pub const fn lies_mut(&mut self) -> &mut Lies {
        &mut self.senses.lies
    }

    /// The next move is about this.
    pub const fn expect(&mut self, special: Special) {
        self.work.expect(special);
    }

    /// The weather changes. What is no wind is not taken.
    pub const fn set_wind(&mut self, mean_m_s: f64, from_deg: f64) {
        self.wind.turn_to(mean_m_s, from_deg);
    }

    fn cycle(&mut self, image: &mut Image, running: bool) {
        self.wind.advance(CYCLE_S);
        self.look_around();
        if self.cycles.is_multiple_of(5) {
            self.operate(image, running);
        }
        let seen = self.senses.look(&self.plant, &self.wind);
        let unix_s = self.unix_s + self.time_s();
        let actuation = if running {
            self.controller.cycle(image, &seen, &self.desk, unix_s)
        } else {
            self.controller.stopped()
        };
        for _ in 0..(CYCLE_S / STEP_S).round() as u32 {
            self.plant.step(&actuation);
        }
        self.hand_over(&actuation, seen.landed == [true; 4]);
        self.cycles += 1;
    }

    /// What is below the load, and how hard it blows.
    fn look_around(&mut self) {
        let x_m = self.plant.load_m().x;
        let stack = self.work.quay.below(x_m).and_then(|index| self.work.quay.stacks.get(index));
        let (ground_m, place_m) = stack.map_or((0.0, None), |stack| (stack.top_m(), Some(stack.x_m)));
        let beside = ground_m > self.plant.underside_m() + 0.2;
        if beside {
            self.plant.stop_sideways();
            self.collisions += u32::from(!self.beside);
        } else {
            self.plant.around.ground_m = ground_m;
            self.plant.around.place_m = place_m;
        }
        self.beside = beside;
        self.plant.around.wind_m_s = self.wind.velocity_m_s();
        self.plant.around.caught = self.desk.caught;
    }

    /// Boxes change hands where twistlocks come to their end.
    fn hand_over(&mut self, actuation: &Actuation, landed: bool) {
        let Some(index) = self.work.quay.below(self.plant.load_m().x) else { return };
        let Some(stack) = self.work.quay.stacks.get_mut(index) else { return };
        let hangs = self.plant.cargo().is_some();
        if actuation.lock && landed && self.plant.is_locked() && !hangs {
            self.hanging = stack.boxes.pop();
            if let Some(container) = &self.hanging {
                self.plant.take(container.cargo());
            }
        } else if self.plant.is_unlocked() && hangs {
            self.plant.release();
            stack.boxes.extend(self.hanging.take());
            self.moves += 1;
        } else {
            return;
        }
        self.look_around();
    }

    fn operate(&mut self, image: &mut Image, running: bool) {
        let Some(operator) = &mut self.operator else { return };
        let plant = &self.plant;
        let eyes = Eyes {
            time_s: self.cycles as f64 * CYCLE_S,
            works: running,
            trolley_m: plant.trolley().0,
            trolley_m_s: plant.trolley().1,
            load_m: plant.load_m(),
            underside_m: plant.underside_m(),
            hoist_m_s: plant.hoist().1,
            gantry_m: plant.gantry().0,
        };
        operator.act(image, &eyes, &mut self.work, &mut self.desk);
        if operator.job() != self.job.as_ref() {
            self.job = operator.job().cloned();
            if let (Some(job), false) = (&self.job, self.jobs_come) {
                write_job(image, job);
            }
        }
        write_step(image);
    }
}

/// What the crane's management writes when a move begins.
fn write_job(image: &mut Image, job: &Move) {
    let container = &job.container;
    let all = [
        ("Job.OrderId", Value::Whole(job.order.into())),
        ("Job.Cntr", Value::Text(container.number.clone())),
        ("Job.IsoType", Value::Text(container.iso_type.to_owned())),
        ("Job.Vgm", Value::Real((container.declared_kg / 1000.0) as f32)),
        ("Job.Bay", Value::Whole(job.bay.into())),
        ("Job.Row", Value::Whole(job.row.into())),
        ("Job.Tier", Value::Whole(job.tier.into())),
    ];
    for (name, value) in all {
        if let Some(tag) = find(name) {
            // Each signal is of its value's kind.
            let _ = image.set(tag, &value);
        }
    }
}

/// How far the move is: to the box, picking, lifting, travelling, setting down, away.
fn write_step(image: &mut Image) {
    let (Some(state), Some(step)) = (find("Cycle.State"), find("Job.Step")) else { return };
    let Value::Whole(number) = image.get(state) else { return };
    let is = |state: State| number == state as i64;
    let between = |low: State, high: State| (low as i64..=high as i64).contains(&number);
    let told = match () {
        () if is(State::MoveToPick) => 1,
        () if between(State::LowerToPick, State::Locking) => 2,
        () if between(State::SlackTake, State::HoistOut) => 3,
        () if is(State::Traverse) => 4,
        () if between(State::LowerToDrop, State::Unlocking) => 5,
        () if between(State::HoistClear, State::Return) => 6,
        () => return,
    };
    if image.get(step) != Value::Whole(told) {
        // The signal is a number.
        let _ = image.set(step, &Value::Whole(told));
    }
}
