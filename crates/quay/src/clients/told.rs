//! Both ends of a conversation whose next lines are known only when their time comes: what a program tells another as the
//! crane works.

use super::{Plan, Step};
use crate::party::{End, Line, Next, Party, Scene};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

/// One end of it. Says its lines as [`Scripted`](crate::party::Scripted) does; where none are left, the client asks the plan
/// for more.
pub struct Told {
    lines: Rc<RefCell<Lines>>,
    own: End,
    /// How many lines were said and heard.
    at: usize,
    heard: usize,
    /// Whether the line that is next was waited for.
    waited: bool,
    /// The client's.
    plan: Option<Plan<Vec<Line>>>,
}

/// What is said, without what both ends are done with.
#[derive(Default)]
struct Lines {
    gone: usize,
    left: VecDeque<Line>,
}

/// So many lines are kept behind the client, which is never ahead of the server by more.
const KEPT: usize = 64;

impl Lines {
    fn get(&self, at: usize) -> Option<Line> {
        self.left.get(at.checked_sub(self.gone)?).cloned()
    }

    fn forget(&mut self, before: usize) {
        while self.gone + KEPT < before && self.left.pop_front().is_some() {
            self.gone += 1;
        }
    }
}

impl Told {
    /// Both ends. The plan's steps are lines that are said one after another.
    #[must_use]
    pub fn both(plan: Plan<Vec<Line>>) -> [Box<dyn Party>; 2] {
        let lines = Rc::new(RefCell::new(Lines::default()));
        let end = |own, plan| {
            let lines = Rc::clone(&lines);
            Box::new(Self { lines, own, at: 0, heard: 0, waited: false, plan }) as Box<dyn Party>
        };
        [end(End::Client, Some(plan)), end(End::Server, None)]
    }
}

impl Party for Told {
    fn turn(&mut self, heard: &[u8], scene: &mut Scene<'_>, say: &mut Vec<u8>) -> Next {
        self.heard += heard.len();
        let woken = heard.is_empty();
        loop {
            let line = self.lines.borrow().get(self.at);
            let Some(line) = line else {
                let Some(plan) = &mut self.plan else { return Next::Listen };
                match plan(scene) {
                    Step::Do(more) if !more.is_empty() => {
                        let mut lines = self.lines.borrow_mut();
                        lines.forget(self.at);
                        lines.left.extend(more);
                        continue;
                    }
                    Step::Pause(pause) => return Next::Wake(pause),
                    Step::Close => return Next::Close,
                    Step::Do(_) | Step::Stay => return Next::Listen,
                }
            };
            if line.by != self.own {
                let Some(rest) = self.heard.checked_sub(line.bytes.len()) else { return Next::Listen };
                self.heard = rest;
            } else if line.after.is_zero() || (self.waited && woken) {
                say.extend_from_slice(&line.bytes);
                self.waited = false;
            } else {
                self.waited = true;
                return Next::Wake(line.after);
            }
            self.at += 1;
        }
    }
}
