mod answers;
mod carving;
mod disk;
mod order;
mod support;
mod tables;
