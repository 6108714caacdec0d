/// Which end of a conversation: the two endpoints in the fixed order the flow table keeps them in.
///
/// A side is not a role. Who is client and who is server comes from what is said, not from who spoke first,
/// and a capture that starts mid-session often hears the server first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// The first endpoint of the flow's key.
    A,
    /// The second endpoint of the flow's key.
    B,
}

impl Side {
    /// The other end.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }

    /// The member of a pair that belongs to this side.
    #[must_use]
    pub const fn of<T>(self, pair: &[T; 2]) -> &T {
        let [a, b] = pair;
        match self {
            Self::A => a,
            Self::B => b,
        }
    }

    /// The member of a pair that belongs to this side, to be changed.
    #[must_use]
    pub const fn of_mut<T>(self, pair: &mut [T; 2]) -> &mut T {
        let [a, b] = pair;
        match self {
            Self::A => a,
            Self::B => b,
        }
    }
}
