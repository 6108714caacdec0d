mod support;
mod tables;
