use std::any::Any;

/// What a protocol remembers across conversations, such as a multicast question whose answers come back in
/// conversations of their own. One value of each type; each protocol keeps its own bounded.
#[derive(Default)]
pub struct Shared(Vec<Box<dyn Any + Send>>);

impl Shared {
    /// The value of type `T`, made on first use.
    pub fn get<T: Default + Send + 'static>(&mut self) -> &mut T {
        let at = self.0.iter().position(|value| value.is::<T>()).unwrap_or_else(|| {
            self.0.push(Box::<T>::default());
            self.0.len() - 1
        });
        #[expect(clippy::expect_used, reason = "the position was just found or made with this very type")]
        self.0.get_mut(at).and_then(|value| value.downcast_mut()).expect("a value of its own type")
    }
}
