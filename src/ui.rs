//! The look of things, independent of what they are about: areas, panels, lists, forms, text fields, charts and bars of
//! cells, themes, and the keys that act on them. This layer does not depend on the explorer.

pub mod area;
pub mod choice;
pub mod field;
pub mod form;
pub mod key;
pub mod panel;
pub mod scroll;
pub mod text;
pub mod theme;
pub mod widget;
pub mod window;

pub use theme::Theme;
