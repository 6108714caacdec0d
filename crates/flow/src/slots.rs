use crate::Conversation;

/// So many conversations stand together, about 320 KiB of them.
const PAGE: usize = 1 << PAGE_BITS;
const PAGE_BITS: u32 = 10;

/// Where conversations stand, each under a number that stays.
///
/// In pages, because one long row would be moved as it grows: one packet would pay for copying all conversations, and
/// up to three times their size would be held meanwhile.
#[derive(Debug)]
pub(crate) struct Slots<T> {
    pages: Vec<Vec<Option<Conversation<T>>>>,
    free: Vec<u32>,
}

impl<T> Slots<T> {
    pub(crate) const fn new() -> Self {
        Self { pages: Vec::new(), free: Vec::new() }
    }

    /// One more than the highest number in use.
    pub(crate) fn len(&self) -> u32 {
        let full = self.pages.len().saturating_sub(1) * PAGE;
        (full + self.pages.last().map_or(0, Vec::len)) as u32
    }

    #[inline]
    pub(crate) fn get(&self, slot: u32) -> Option<&Conversation<T>> {
        self.pages.get((slot >> PAGE_BITS) as usize)?.get(slot as usize % PAGE)?.as_ref()
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, slot: u32) -> Option<&mut Conversation<T>> {
        self.place(slot)?.as_mut()
    }

    pub(crate) fn insert(&mut self, conversation: Conversation<T>) -> u32 {
        if let Some(slot) = self.free.pop() {
            if let Some(place) = self.place(slot) {
                *place = Some(conversation);
            }
            return slot;
        }
        let slot = self.len();
        match self.pages.last_mut().filter(|page| page.len() < PAGE) {
            Some(page) => page.push(Some(conversation)),
            None => {
                let mut page = Vec::with_capacity(PAGE);
                page.push(Some(conversation));
                self.pages.push(page);
            }
        }
        slot
    }

    pub(crate) fn take(&mut self, slot: u32) -> Option<Conversation<T>> {
        let taken = self.place(slot)?.take()?;
        self.free.push(slot);
        Some(taken)
    }

    #[inline]
    fn place(&mut self, slot: u32) -> Option<&mut Option<Conversation<T>>> {
        self.pages.get_mut((slot >> PAGE_BITS) as usize)?.get_mut(slot as usize % PAGE)
    }
}
