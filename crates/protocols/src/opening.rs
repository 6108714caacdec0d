use crate::{Context, pending};
use quaywatch_model::{Coded, Items, Moment, Operation, Outcome, Side, Timestamp, Verb};

/// Tells once that a session was asked for and what came of it: for tunnels, whose handshakes repeat every few minutes
/// and say no more the second time.
#[derive(Debug, Default)]
pub(crate) struct Opening {
    client: Option<Side>,
    asked: Option<Moment>,
    told: bool,
}

impl Opening {
    /// Nothing was seen yet.
    pub(crate) const NEW: Self = Self { client: None, asked: None, told: false };

    /// Who asked, as far as it was seen.
    pub(crate) const fn client(&self) -> Option<Side> {
        self.client
    }

    /// One side asks for a session.
    pub(crate) fn ask(&mut self, cx: &Context<'_>, from: Side) {
        if self.asked.is_none() && !self.told {
            self.client = Some(from);
            self.asked = Some(cx.now);
        }
    }

    /// The other side answers.
    pub(crate) fn answer(
        &mut self,
        cx: &mut Context<'_>,
        from: Side,
        function: Coded<'_>,
        outcome: Outcome,
        items: &dyn Items,
    ) {
        let client = *self.client.get_or_insert(from.other());
        if !self.told && client != from {
            self.told = true;
            let reply = Some(cx.now);
            let operation = Operation::new(client, Verb::OpenSession, function, outcome);
            cx.operation(&Operation { request: self.asked, reply, items, ..operation });
        }
    }

    /// As [`Conversation::tick`](crate::Conversation::tick); `heard`: whether the other side said anything.
    pub(crate) fn tick(
        &mut self,
        cx: &mut Context<'_>,
        function: Coded<'_>,
        heard: bool,
    ) -> Option<Timestamp> {
        let ends = pending::patience_ends(self.asked.filter(|_| !self.told)?.time);
        if cx.now.time > ends {
            self.end(cx, function, heard);
            return None;
        }
        Some(ends)
    }

    /// Nothing more will come. `heard`: whether the other side said anything.
    pub(crate) fn end(&mut self, cx: &mut Context<'_>, function: Coded<'_>, heard: bool) {
        let (Some(client), Some(asked), false) = (self.client, self.asked, self.told) else { return };
        self.told = true;
        let outcome = pending::unmet(asked, cx.now, heard);
        cx.operation(&Operation {
            request: Some(asked),
            ..Operation::new(client, Verb::OpenSession, function, outcome)
        });
    }
}
