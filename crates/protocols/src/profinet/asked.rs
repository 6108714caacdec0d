use quaywatch_model::Moment;
use std::collections::VecDeque;

/// The identify requests of all conversations that may still be answered.
///
/// The question goes to a multicast address and each answer comes from a station of its own, so question and
/// answers are never in the same conversation. They have the Xid in common.
#[derive(Debug, Default)]
pub(super) struct Asked {
    questions: VecDeque<Question>,
}

#[derive(Debug)]
struct Question {
    xid: u32,
    moment: Moment,
    answers: u32,
}

/// So many identify requests are remembered, the oldest is forgotten first: 8 KiB. A controller that looks for
/// all of its missing devices asks for each about once a second.
pub(super) const MOST_QUESTIONS: usize = 256;

/// An answer comes within `ResponseDelay` (at most 6400 steps of 10 ms), some seconds of grace on top.
pub(super) const LONGEST_WAIT_NANOS: i64 = 70_000_000_000;

impl Asked {
    /// A question was asked.
    pub(super) fn ask(&mut self, xid: u32, moment: Moment) {
        if self.questions.len() >= MOST_QUESTIONS {
            self.questions.pop_front();
        }
        self.questions.push_back(Question { xid, moment, answers: 0 });
    }

    /// A question was answered: when it was asked, if it was captured. The latest with this Xid is the one.
    pub(super) fn answer(&mut self, xid: u32, now: Moment) -> Option<Moment> {
        let question = self.questions.iter_mut().rev().find(|question| question.xid == xid)?;
        let age = now.time.since(question.moment.time);
        if !(0..=LONGEST_WAIT_NANOS).contains(&age) {
            return None;
        }
        question.answers = question.answers.saturating_add(1);
        Some(question.moment)
    }

    /// Whether this very question was answered by anyone.
    pub(super) fn was_answered(&self, xid: u32, asked: Moment) -> bool {
        let mut same = self.questions.iter().rev().filter(|question| question.xid == xid);
        same.any(|question| question.moment == asked && question.answers > 0)
    }

    /// Whether answers are captured at all here: some remembered question was answered.
    pub(super) fn hears_answers(&self) -> bool {
        self.questions.iter().any(|question| question.answers > 0)
    }
}
