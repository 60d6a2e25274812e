//! The colours of each theme, for terminals with 24-bit colour, 256 colours and 16 colours.
//!
//! *safe* is the palette of Okabe and Ito, "Color Universal Design" (2008, <https://jfly.uni-koeln.de/color/>). Its sky
//! blue, reddish purple, vermillion and blue also differ in brightness, and all are visible on black and on white. The
//! fifth phase has the colour of text, because no darker colour would be visible from the last row.
//!
//! *contrast* takes its colours from the 256-colour cube, so both kinds of terminal show the same.

use ratatui::style::Color;

use crate::{
    catalog::phase::Hue,
    domain::look::{Colors, ThemeName},
};

/// A colour, with its variants for terminals with fewer colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ColorVariants {
    rgb: Color,
    /// The colour among 256.
    indexed: Color,
    /// The replacement among the 16 colours that the user has chosen.
    ansi: Color,
}

impl ColorVariants {
    const fn new(rgb: u32, indexed: u8, ansi: Color) -> ColorVariants {
        ColorVariants {
            rgb: Color::from_u32(rgb),
            indexed: Color::Indexed(indexed),
            ansi,
        }
    }

    /// A colour of the terminal's own palette; the number of colours makes no difference.
    const fn terminals_own(color: Color) -> ColorVariants {
        ColorVariants {
            rgb: color,
            indexed: color,
            ansi: color,
        }
    }

    /// The variant for a terminal with this many colours; `None` if it has none.
    pub fn among(self, colors: Colors) -> Option<Color> {
        match colors {
            Colors::None => None,
            Colors::Sixteen => Some(self.ansi),
            Colors::Indexed => Some(self.indexed),
            Colors::True => Some(self.rgb),
        }
    }
}

/// The colours of a theme. Everything else has the terminal's own colour.
pub struct Palette {
    pub computing: ColorVariants,
    /// The colour of `ready`; the colour of text if it is `None`.
    pub ready: Option<ColorVariants>,
    pub gil: ColorVariants,
    pub network: ColorVariants,
    pub file: ColorVariants,
    pub error: ColorVariants,
    /// The colour of minor text; dim if it is `None`.
    pub secondary: Option<ColorVariants>,
    /// The colours of all text and of the background; the terminal's own if it is `None`.
    pub ground: Option<(ColorVariants, ColorVariants)>,
}

impl Palette {
    /// The palette of a theme with 256 colours or more. (With 16 colours, the look depends on the colours that the user
    /// has chosen.)
    pub fn of(theme: ThemeName) -> Option<&'static Palette> {
        match theme {
            ThemeName::Ansi => Some(&ANSI),
            ThemeName::Safe => Some(&SAFE),
            ThemeName::Contrast => Some(&CONTRAST),
            ThemeName::Mono => None,
        }
    }

    /// A colour by its meaning, if it has one.
    pub fn hue(&self, hue: Hue) -> Option<ColorVariants> {
        match hue {
            Hue::Computing => Some(self.computing),
            Hue::Ready => self.ready,
            Hue::Lock => Some(self.gil),
            Hue::Waiting => Some(self.network),
            Hue::Files => Some(self.file),
            Hue::Nothing => None,
        }
    }
}

const SAFE: Palette = Palette {
    computing: ColorVariants::new(0x56_b4_e9, 75, Color::Cyan),
    ready: None,
    gil: ColorVariants::new(0xd5_5e_00, 166, Color::Magenta),
    // The mark is a single thin line, so it gets the brightest colour that is left.
    network: ColorVariants::new(0xcc_79_a7, 139, Color::LightBlue),
    file: ColorVariants::new(0x00_72_b2, 26, Color::Green),
    error: ColorVariants::new(0xd5_5e_00, 166, Color::Red),
    secondary: None,
    ground: None,
};

const ANSI: Palette = Palette {
    computing: ColorVariants::terminals_own(Color::Cyan),
    // The mark is thin, and yellow vanishes on white.
    ready: None,
    gil: ColorVariants::terminals_own(Color::Magenta),
    // Plain blue is hardly visible on black.
    network: ColorVariants::terminals_own(Color::LightBlue),
    file: ColorVariants::terminals_own(Color::Green),
    error: ColorVariants::terminals_own(Color::Red),
    secondary: None,
    ground: None,
};

const CONTRAST: Palette = Palette {
    computing: ColorVariants::new(0xff_ff_ff, 231, Color::White),
    ready: Some(ColorVariants::new(0xff_d7_00, 220, Color::LightYellow)),
    gil: ColorVariants::new(0xff_87_d7, 212, Color::LightMagenta),
    network: ColorVariants::new(0x00_d7_d7, 44, Color::LightCyan),
    file: ColorVariants::new(0x5f_af_00, 70, Color::LightGreen),
    error: ColorVariants::new(0xff_87_87, 210, Color::LightRed),
    secondary: Some(ColorVariants::new(0xb2_b2_b2, 249, Color::Gray)),
    ground: Some((
        ColorVariants::new(0xff_ff_ff, 231, Color::White),
        ColorVariants::new(0x00_00_00, 16, Color::Black),
    )),
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::phase::Phase;

    const COLOURED: [Phase; 5] = [
        Phase::Computing,
        Phase::Ready,
        Phase::Gil,
        Phase::Network,
        Phase::File,
    ];

    /// A colour as linear light, each channel from 0 to 1.
    fn light(color: Color) -> [f64; 3] {
        let bytes = match color {
            Color::Rgb(red, green, blue) => [red, green, blue],
            Color::Indexed(n @ 16..232) => {
                let level = |i: u8| if i == 0 { 0 } else { 55 + 40 * i };
                [
                    level((n - 16) / 36),
                    level((n - 16) / 6 % 6),
                    level((n - 16) % 6),
                ]
            }
            Color::Indexed(n @ 232..) => [8 + 10 * (n - 232); 3],
            other => panic!("what {other:?} looks like is up to the user"),
        };
        bytes.map(|byte| {
            let share = f64::from(byte) / 255.0;
            if share <= 0.040_45 {
                share / 12.92
            } else {
                ((share + 0.055) / 1.055).powf(2.4)
            }
        })
    }

    /// The contrast ratio of WCAG 2, from 1 to 21.
    fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
        let luminance =
            |[red, green, blue]: [f64; 3]| 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05;
        let (a, b) = (luminance(a), luminance(b));
        a.max(b) / a.min(b)
    }

    fn phases(theme: ThemeName, colors: Colors) -> Vec<(Phase, [f64; 3])> {
        let palette = Palette::of(theme).unwrap();
        let ink = |phase: Phase| palette.hue(phase.description().hue)?.among(colors);
        COLOURED
            .into_iter()
            .filter_map(|phase| Some((phase, light(ink(phase)?))))
            .collect()
    }

    const WHITE: [f64; 3] = [1.0; 3];
    const BLACK: [f64; 3] = [0.0; 3];

    #[test]
    fn any_two_phases_differ_in_brightness_alone_by_a_fifth() {
        for theme in [ThemeName::Safe, ThemeName::Contrast] {
            for colors in [Colors::Indexed, Colors::True] {
                let inks = phases(theme, colors);
                for (i, (a, one)) in inks.iter().enumerate() {
                    for (b, other) in &inks[i + 1..] {
                        let ratio = contrast(*one, *other);
                        assert!(
                            ratio >= 1.2,
                            "{theme:?} {colors:?}: {a:?} and {b:?}: {ratio:.2}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn the_safe_theme_is_seen_on_black_and_on_white() {
        for colors in [Colors::Indexed, Colors::True] {
            for (phase, ink) in phases(ThemeName::Safe, colors) {
                let (on_black, on_white) = (contrast(ink, BLACK), contrast(ink, WHITE));
                assert!(
                    on_black >= 3.5 && on_white >= 2.2,
                    "{colors:?} {phase:?}: {on_black:.2} {on_white:.2}"
                );
            }
        }
    }

    #[test]
    fn the_contrast_theme_keeps_seven_to_one_for_all_that_it_colours() {
        let palette = CONTRAST;
        for colors in [Colors::Indexed, Colors::True] {
            let (text, ground) = palette.ground.unwrap();
            let ground = light(ground.among(colors).unwrap());
            let inks = COLOURED.map(|phase| palette.hue(phase.description().hue).unwrap());
            for ink in inks
                .into_iter()
                .chain([text, palette.error, palette.secondary.unwrap()])
            {
                let ratio = contrast(light(ink.among(colors).unwrap()), ground);
                assert!(ratio >= 7.0, "{ink:?}: {ratio:.2}");
            }
        }
    }

    /// A colour as seen by a person who lacks one kind of cone: Viénot, Brettel and Mollon (1999) for red and green.
    fn without(cone: char, [red, green, blue]: [f64; 3]) -> [f64; 3] {
        let mixed = match cone {
            'l' => [0.112_38 * red + 0.887_62 * green; 2],
            _ => [0.292_75 * red + 0.707_25 * green; 2],
        };
        [mixed[0], mixed[1], blue]
    }

    #[test]
    fn the_safe_phases_are_distinguishable_for_colour_blind_people() {
        for cone in ['l', 'm'] {
            let inks = phases(ThemeName::Safe, Colors::True);
            for (i, (a, one)) in inks.iter().enumerate() {
                for (b, other) in &inks[i + 1..] {
                    let (one, other) = (without(cone, *one), without(cone, *other));
                    let hue: f64 = one
                        .iter()
                        .zip(other)
                        .map(|(x, y)| (x - y).abs())
                        .fold(0.0, f64::max);
                    let seen = contrast(one, other) >= 1.2 || hue >= 0.15;
                    assert!(seen, "without {cone}: {a:?} and {b:?}");
                }
            }
        }
    }
}
