//! What a crane has to do: a ship's bays, the lanes of the trucks, and one move after another.

mod container;

pub use container::Container;

use crate::chance::Chance;
use std::collections::VecDeque;

/// The first row on the ship, and the distance of rows.
const FIRST_ROW_M: f64 = 14.0;
const ROW_M: f64 = 2.5;
const ROWS: usize = 10;
/// What boxes on deck stand on.
const DECK_M: f64 = 9.0;
/// Trucks pass between the crane's legs.
const LANES_M: [f64; 2] = [-8.0, -4.0];
/// A truck's chassis.
const CHASSIS_M: f64 = 1.5;
/// From one bay to the next.
const BAY_M: f64 = 14.0;

/// A place where boxes stand on one another.
#[derive(Debug, Clone, PartialEq)]
pub struct Stack {
    /// Its middle in the trolley's way.
    pub x_m: f64,
    /// What the lowest box stands on.
    pub base_m: f64,
    /// The boxes, the lowest first.
    pub boxes: Vec<Container>,
}

impl Stack {
    /// How high it is.
    #[must_use]
    pub fn top_m(&self) -> f64 {
        self.base_m + self.boxes.iter().map(|container| container.height_m).sum::<f64>()
    }
}

/// A box to be moved.
#[derive(Debug, Clone, PartialEq)]
pub struct Move {
    /// The order's number.
    pub order: u32,
    /// The box.
    pub container: Container,
    /// The stack it is on: an index in [`Quay::stacks`].
    pub from: usize,
    /// The stack it goes to.
    pub to: usize,
    /// Whether it comes off the ship.
    pub discharge: bool,
    /// Its place on the ship, as bay plans count.
    pub bay: u16,
    /// See above.
    pub row: u16,
    /// See above.
    pub tier: u16,
    /// Where the gantry has to be.
    pub gantry_m: f64,
}

/// What is below the crane: the stacks of the bay at hand and the trucks.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Quay {
    /// All places; the lanes of the trucks are the first ones.
    pub stacks: Vec<Stack>,
}

impl Quay {
    /// The place below.
    #[must_use]
    pub fn below(&self, x_m: f64) -> Option<usize> {
        self.stacks.iter().position(|stack| (stack.x_m - x_m).abs() <= ROW_M / 2.0)
    }

    /// The highest there is from here to there.
    #[must_use]
    pub fn highest_m(&self, from_m: f64, to_m: f64) -> f64 {
        let (low, high) = (from_m.min(to_m) - ROW_M, from_m.max(to_m) + ROW_M);
        let between = self.stacks.iter().filter(|stack| (low..=high).contains(&stack.x_m));
        between.map(Stack::top_m).fold(0.0, f64::max)
    }
}

/// The moves of a ship, one bay after another, by chance from a seed.
#[derive(Debug, Clone)]
pub struct Work {
    chance: Chance,
    truck_wait_s: f64,
    order: u32,
    bay: u16,
    planned: VecDeque<Planned>,
    special: Option<Special>,
    /// What is below the crane.
    pub quay: Quay,
}

/// Something out of the ordinary that the next move is about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Special {
    /// A box that weighs this, whatever its papers say.
    Box {
        /// What it weighs.
        mass_kg: f64,
        /// What its papers say.
        declared_kg: f64,
    },
    /// A hatch cover of this mass: it has no number, no papers, and the shape of a plate.
    HatchCover {
        /// What it weighs.
        mass_kg: f64,
    },
}

impl Special {
    fn make(self, container: &mut Container) {
        match self {
            Self::Box { mass_kg, declared_kg } => {
                (container.mass_kg, container.declared_kg) = (mass_kg, declared_kg);
            }
            Self::HatchCover { mass_kg } => {
                (container.mass_kg, container.declared_kg) = (mass_kg, 0.0);
                (container.number, container.iso_type) = (String::new(), "");
                container.height_m = HATCH_COVER_M;
            }
        }
        container.off_centre = glam::DVec2::ZERO;
    }
}

/// How thick a hatch cover is.
const HATCH_COVER_M: f64 = 0.9;

#[derive(Debug, Clone, Copy)]
struct Planned {
    row: usize,
    discharge: bool,
}

impl Work {
    /// A ship by chance. Trucks are waited for `truck_wait_s` on average; 0 means they are always there.
    #[must_use]
    pub fn new(seed: u64, truck_wait_s: f64) -> Self {
        let lanes = LANES_M.map(|x_m| Stack { x_m, base_m: CHASSIS_M, boxes: Vec::new() });
        let mut work = Self {
            chance: Chance::new(seed, 3),
            truck_wait_s: truck_wait_s.max(0.0),
            order: 0,
            bay: 0,
            planned: VecDeque::new(),
            special: None,
            quay: Quay { stacks: lanes.into() },
        };
        work.order = 100_000 + work.chance.below(800_000) as u32;
        work.open_bay();
        work
    }

    /// The next move. Its truck is in its lane, with or without a box.
    pub fn next_move(&mut self) -> Move {
        let planned = loop {
            match self.planned.pop_front() {
                Some(planned) => break planned,
                None => self.open_bay(),
            }
        };
        self.order = self.order.wrapping_add(1);
        let lane = self.chance.below(LANES_M.len());
        let ship = LANES_M.len() + planned.row;
        let special = self.special.take();
        let taken = self.quay.stacks.get_mut(ship).filter(|_| planned.discharge);
        if let (Some(special), Some(container)) = (special, taken.and_then(|stack| stack.boxes.last_mut())) {
            special.make(container);
        }
        let boxes =
            |work: &Self, stack: usize| work.quay.stacks.get(stack).map_or(0, |stack| stack.boxes.len());
        let taken =
            self.quay.stacks.get(ship).filter(|_| planned.discharge).and_then(|stack| stack.boxes.last());
        let container = taken.cloned().unwrap_or_else(|| {
            let mut container = Container::by_chance(&mut self.chance);
            special.into_iter().for_each(|special| special.make(&mut container));
            container
        });
        let mut tier = boxes(self, ship);
        if let Some(truck) = self.quay.stacks.get_mut(lane) {
            truck.boxes.clear();
            if !planned.discharge {
                truck.boxes.push(container.clone());
                tier += 1;
            }
        }
        let (from, to) = if planned.discharge { (ship, lane) } else { (lane, ship) };
        Move {
            order: self.order,
            container,
            from,
            to,
            discharge: planned.discharge,
            bay: 4 * (self.bay % 20) + 2,
            row: planned.row as u16 + 1,
            // On deck tiers are counted from 82 by twos.
            tier: 80 + 2 * tier as u16,
            gantry_m: 500.0 + BAY_M * f64::from((self.bay + 19) % 20),
        }
    }

    /// The next move is about this.
    pub const fn expect(&mut self, special: Special) {
        self.special = Some(special);
    }

    /// For how long a truck is waited for.
    pub fn truck_wait_s(&mut self) -> f64 {
        if self.truck_wait_s > 0.0 { self.chance.exponential(self.truck_wait_s) } else { 0.0 }
    }

    /// The next bay: rows of boxes, of which some come off and others go on.
    fn open_bay(&mut self) {
        self.bay = self.bay.wrapping_add(1);
        self.quay.stacks.truncate(LANES_M.len());
        for row in 0..ROWS {
            let boxes =
                (0..1 + self.chance.below(3)).map(|_| Container::by_chance(&mut self.chance)).collect();
            let x_m = FIRST_ROW_M + ROW_M * row as f64;
            self.quay.stacks.push(Stack { x_m, base_m: DECK_M, boxes });
        }
        let mut rows: Vec<usize> = (0..ROWS).collect();
        for last in (1..ROWS).rev() {
            rows.swap(last, self.chance.below(last + 1));
        }
        // All that is to leave the bay leaves before anything comes.
        for discharge in [true, false] {
            self.planned.extend(rows.iter().map(|row| Planned { row: *row, discharge }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Special, Work};

    #[test]
    fn every_move_has_its_box_where_it_is_taken_from() {
        let mut work = Work::new(4, 0.0);
        for _ in 0..100 {
            let next = work.next_move();
            let taken = work.quay.stacks[next.from].boxes.pop();
            assert_eq!(taken.as_ref(), Some(&next.container));
            work.quay.stacks[next.to].boxes.push(next.container);
        }
    }

    #[test]
    fn what_is_expected_is_the_next_move_and_only_that() {
        for seed in 0..8 {
            let mut work = Work::new(seed, 0.0);
            for _ in 0..seed {
                work.next_move();
            }
            work.expect(Special::Box { mass_kg: 77_000.0, declared_kg: 20_000.0 });
            let next = work.next_move();
            assert_eq!((next.container.mass_kg, next.container.declared_kg), (77_000.0, 20_000.0));
            assert_eq!(work.quay.stacks[next.from].boxes.last(), Some(&next.container));
            assert!(work.next_move().container.mass_kg < 31_000.0);
        }
    }
}
