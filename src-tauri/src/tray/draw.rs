//! Draws the tray's icons: three level bars, changed by shape before colour.
//!
//! 16, 22 and 32 px are drawn apart with their edges on whole pixels; nothing is scaled. No file is read, so an icon
//! can never be missing from a package.

use super::Shape;

/// What is behind the icon, so that it can be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bar {
    /// A light panel: dark ink.
    Light,
    /// A dark panel: light ink.
    Dark,
}

/// The sizes that are drawn, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// 16 px: Windows and small panels at 100 %.
    Px16,
    /// 22 px: Linux panels and the macOS menu bar.
    Px22,
    /// 32 px: all of them at 200 %.
    Px32,
}

impl Size {
    /// Side length in pixels.
    pub fn px(self) -> u32 {
        match self {
            Self::Px16 => 16,
            Self::Px22 => 22,
            Self::Px32 => 32,
        }
    }
}

/// Samples per side of a pixel; round ends become smooth, straight edges on whole pixels stay sharp.
const SAMPLES: u32 = 8;

/// An area of the plane, in pixels of its size.
#[derive(Clone, Copy, Debug)]
enum Area {
    /// A rectangle with corners of a radius.
    Round { left: f32, top: f32, right: f32, bottom: f32, radius: f32 },
    /// A disc.
    Disc { x: f32, y: f32, radius: f32 },
    /// An upright triangle, grown outwards by some pixels.
    Triangle { apex: (f32, f32), left: f32, right: f32, base: f32, grown: f32 },
}

impl Area {
    fn holds(self, x: f32, y: f32) -> bool {
        match self {
            Self::Round { left, top, right, bottom, radius } => {
                if x < left || x > right || y < top || y > bottom {
                    return false;
                }
                let dx = (left + radius - x).max(x - right + radius).max(0.0);
                let dy = (top + radius - y).max(y - bottom + radius).max(0.0);
                dx * dx + dy * dy <= radius * radius
            }
            Self::Disc { x: cx, y: cy, radius } => (x - cx).powi(2) + (y - cy).powi(2) <= radius * radius,
            Self::Triangle { apex, left, right, base, grown } => {
                // How far outside each of the two slopes, measured square to it.
                let height = base - apex.1;
                let outside = |run: f32, dx: f32| (dx * height - run * (y - apex.1)) / run.hypot(height);
                y <= base + grown
                    && outside(apex.0 - left, apex.0 - x) <= grown
                    && outside(right - apex.0, x - apex.0) <= grown
            }
        }
    }
}

/// What a layer is coloured with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tint {
    /// The colour that stands out from the panel.
    Ink,
    /// The colour of what needs a person.
    Amber,
}

impl Tint {
    fn rgb(self, bar: Bar) -> [u8; 3] {
        match (self, bar) {
            (Self::Ink, Bar::Light) => [0x1b, 0x1b, 0x1d],
            (Self::Ink, Bar::Dark) => [0xf4, 0xf4, 0xf5],
            (Self::Amber, Bar::Light) => [0xb8, 0x6a, 0x00],
            (Self::Amber, Bar::Dark) => [0xf0, 0xb2, 0x4a],
        }
    }
}

/// The areas of `ink` without those of `holes`. The layers of an icon do not overlap.
#[derive(Clone, Debug)]
struct Layer {
    tint: Tint,
    ink: Vec<Area>,
    holes: Vec<Area>,
}

impl Layer {
    fn inked(ink: Vec<Area>, holes: Vec<Area>) -> Self {
        Self { tint: Tint::Ink, ink, holes }
    }

    fn holds(&self, x: f32, y: f32) -> bool {
        self.ink.iter().any(|area| area.holds(x, y)) && !self.holes.iter().any(|area| area.holds(x, y))
    }

    /// How much of a pixel is covered, 0 to 255.
    fn coverage(&self, px: u32, py: u32) -> u8 {
        let offset = |i: u32| (i as f32 + 0.5) / SAMPLES as f32;
        let samples = (0..SAMPLES).flat_map(|sy| (0..SAMPLES).map(move |sx| (offset(sx), offset(sy))));
        let hits = samples.filter(|&(sx, sy)| self.holds(px as f32 + sx, py as f32 + sy)).count();
        u8::try_from(hits * 255 / (SAMPLES * SAMPLES) as usize).unwrap_or(u8::MAX)
    }
}

/// The icon as RGBA rows, [`Size::px`] squared times four bytes.
pub fn draw(shape: Shape, size: Size, bar: Bar) -> Vec<u8> {
    let layers = layers(shape, size);
    let side = size.px();
    let pixel = |x, y| {
        let covered = layers.iter().map(|layer| (layer.coverage(x, y), layer.tint));
        let (alpha, tint) = covered.max_by_key(|&(alpha, _)| alpha).unwrap_or((0, Tint::Ink));
        let [r, g, b] = tint.rgb(bar);
        [r, g, b, alpha]
    };
    (0..side).flat_map(|y| (0..side).flat_map(move |x| pixel(x, y))).collect()
}

fn layers(shape: Shape, size: Size) -> Vec<Layer> {
    match shape {
        Shape::Well => vec![Layer::inked(mark(size), Vec::new())],
        Shape::OnCall => vec![on_call(size)],
        Shape::Off => vec![Layer::inked(pause(size), Vec::new())],
        Shape::Backlog => backlog(size),
        Shape::Shadow => vec![hollow(size)],
        Shape::Sandbox => sandbox(size),
        Shape::NeedsYou => needs_you(size),
        Shape::NotSetUp => not_set_up(size),
    }
}

fn round(left: f32, top: f32, right: f32, bottom: f32, radius: f32) -> Area {
    Area::Round { left, top, right, bottom, radius }
}

/// Upright bars with round ends, each as (left, top, bottom).
fn bars(width: f32, places: &[(f32, f32, f32)]) -> Vec<Area> {
    places.iter().map(|&(left, top, bottom)| round(left, top, left + width, bottom, width / 2.0)).collect()
}

/// Three bars.
fn mark(size: Size) -> Vec<Area> {
    match size {
        Size::Px16 => bars(3.0, &[(1.0, 5.0, 11.0), (6.0, 1.0, 15.0), (11.0, 4.0, 12.0)]),
        Size::Px22 => bars(4.0, &[(2.0, 7.0, 15.0), (9.0, 1.0, 21.0), (16.0, 6.0, 16.0)]),
        Size::Px32 => bars(6.0, &[(2.0, 10.0, 22.0), (13.0, 2.0, 30.0), (24.0, 8.0, 24.0)]),
    }
}

/// Three bars cut out of a disc.
fn on_call(size: Size) -> Layer {
    let (radius, holes) = match size {
        Size::Px16 => (8.0, bars(2.0, &[(3.0, 6.0, 10.0), (7.0, 3.0, 13.0), (11.0, 5.0, 11.0)])),
        Size::Px22 => (11.0, bars(2.0, &[(5.0, 8.0, 14.0), (10.0, 4.0, 18.0), (15.0, 7.0, 15.0)])),
        Size::Px32 => (16.0, bars(4.0, &[(6.0, 12.0, 20.0), (14.0, 6.0, 26.0), (22.0, 10.0, 22.0)])),
    };
    Layer::inked(vec![Area::Disc { x: radius, y: radius, radius }], holes)
}

/// Two equal bars.
fn pause(size: Size) -> Vec<Area> {
    match size {
        Size::Px16 => bars(3.0, &[(3.0, 2.0, 14.0), (10.0, 2.0, 14.0)]),
        Size::Px22 => bars(4.0, &[(5.0, 3.0, 19.0), (13.0, 3.0, 19.0)]),
        Size::Px32 => bars(6.0, &[(7.0, 4.0, 28.0), (19.0, 4.0, 28.0)]),
    }
}

/// Three bars with a round badge at the lower right, apart from them by a moat.
fn backlog(size: Size) -> Vec<Layer> {
    let (centre, radius, moat) = match size {
        Size::Px16 => (12.5, 3.5, 1.5),
        Size::Px22 => (17.0, 5.0, 2.0),
        Size::Px32 => (25.0, 7.0, 2.5),
    };
    let disc = |radius| Area::Disc { x: centre, y: centre, radius };
    vec![Layer::inked(mark(size), vec![disc(radius + moat)]), Layer::inked(vec![disc(radius)], Vec::new())]
}

/// Three bars, the right one replaced by an amber triangle; with its exclamation mark where there is room for one.
fn needs_you(size: Size) -> Vec<Layer> {
    let (triangle, moat) = warning(size);
    let two_bars = mark(size).into_iter().take(2).collect();
    vec![Layer::inked(two_bars, vec![moat]), triangle]
}

/// Two hollow bars and the triangle.
fn not_set_up(size: Size) -> Vec<Layer> {
    let (triangle, moat) = warning(size);
    let Layer { mut ink, mut holes, .. } = hollow(size);
    ink.truncate(2);
    holes.truncate(2);
    holes.push(moat);
    vec![Layer::inked(ink, holes), triangle]
}

/// The amber triangle in the place of the right bar, and the room that it needs around it.
fn warning(size: Size) -> (Layer, Area) {
    let (apex, left, right, base, moat) = match size {
        Size::Px16 => ((12.0, 7.0), 8.0, 16.0, 16.0, 1.2),
        Size::Px22 => ((16.0, 9.0), 10.0, 22.0, 22.0, 1.5),
        Size::Px32 => ((23.0, 12.0), 14.0, 32.0, 31.0, 2.0),
    };
    let exclamation = match size {
        Size::Px16 => Vec::new(),
        Size::Px22 => vec![round(15.0, 13.0, 17.0, 18.0, 0.0), round(15.0, 19.0, 17.0, 21.0, 0.0)],
        Size::Px32 => vec![round(22.0, 18.0, 24.0, 25.0, 0.0), round(22.0, 27.0, 24.0, 29.0, 0.0)],
    };
    let triangle = |grown| Area::Triangle { apex, left, right, base, grown };
    let layer = Layer { tint: Tint::Amber, ink: vec![triangle(0.0)], holes: exclamation };
    (layer, triangle(moat))
}

/// Three hollow bars.
fn hollow(size: Size) -> Layer {
    let (ink, holes) = match size {
        Size::Px16 => (
            bars(4.0, &[(1.0, 5.0, 11.0), (6.0, 1.0, 15.0), (11.0, 4.0, 12.0)]),
            bars(2.0, &[(2.0, 6.0, 10.0), (7.0, 2.0, 14.0), (12.0, 5.0, 11.0)]),
        ),
        Size::Px22 => (
            bars(6.0, &[(1.0, 6.0, 16.0), (8.0, 1.0, 21.0), (15.0, 5.0, 17.0)]),
            bars(3.0, &[(2.5, 7.5, 14.5), (9.5, 2.5, 19.5), (16.5, 6.5, 15.5)]),
        ),
        Size::Px32 => (
            bars(8.0, &[(2.0, 9.0, 23.0), (12.0, 2.0, 30.0), (22.0, 7.0, 25.0)]),
            bars(4.0, &[(4.0, 11.0, 21.0), (14.0, 4.0, 28.0), (24.0, 9.0, 23.0)]),
        ),
    };
    Layer::inked(ink, holes)
}

/// Three small bars in a dashed frame.
fn sandbox(size: Size) -> Vec<Layer> {
    let (side, line, radius, small) = match size {
        Size::Px16 => (16.0, 1.0, 4.0, bars(2.0, &[(4.0, 6.0, 10.0), (7.0, 4.0, 12.0), (10.0, 5.0, 11.0)])),
        Size::Px22 => (22.0, 2.0, 6.0, bars(2.0, &[(6.0, 9.0, 13.0), (10.0, 6.0, 16.0), (14.0, 8.0, 14.0)])),
        Size::Px32 => {
            (32.0, 2.0, 8.0, bars(3.0, &[(8.0, 13.0, 19.0), (14.0, 8.0, 24.0), (20.0, 11.0, 21.0)]))
        }
    };
    let inside = round(line, line, side - line, side - line, radius - line);
    let mut holes = vec![inside];
    // Two gaps on each side of the frame, as wide as the dashes between them.
    let gap = side / 8.0;
    for start in [side * 0.25, side * 0.625] {
        holes.push(round(start.floor(), 0.0, (start + gap).floor(), side, 0.0));
        holes.push(round(0.0, start.floor(), side, (start + gap).floor(), 0.0));
    }
    vec![Layer::inked(vec![round(0.0, 0.0, side, side, radius)], holes), Layer::inked(small, Vec::new())]
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPES: [Shape; 8] = [
        Shape::NeedsYou,
        Shape::OnCall,
        Shape::Off,
        Shape::Backlog,
        Shape::Shadow,
        Shape::Sandbox,
        Shape::NotSetUp,
        Shape::Well,
    ];
    const SIZES: [Size; 3] = [Size::Px16, Size::Px22, Size::Px32];

    fn alphas(shape: Shape, size: Size) -> Vec<u8> {
        draw(shape, size, Bar::Light).chunks_exact(4).map(|pixel| pixel[3]).collect()
    }

    #[test]
    fn no_two_states_have_the_same_shape() {
        for size in SIZES {
            for (i, one) in SHAPES.iter().enumerate() {
                for other in &SHAPES[i + 1..] {
                    let pairs = alphas(*one, size).into_iter().zip(alphas(*other, size));
                    let differing = pairs.filter(|(a, b)| a.abs_diff(*b) > 128).count();
                    // A colour-blind reader needs more than a stray pixel: a twelfth of the icon.
                    assert!(
                        differing * 12 > (size.px() * size.px()) as usize,
                        "{one:?}/{other:?} {size:?}: {differing}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_straight_edges_of_the_bars_are_sharp() {
        for size in SIZES {
            let middle = size.px() / 2;
            let alphas = alphas(Shape::Well, size);
            let row = &alphas[(middle * size.px()) as usize..((middle + 1) * size.px()) as usize];
            assert!(row.iter().all(|&alpha| alpha == 0 || alpha == 255), "{size:?}: {row:?}");
        }
    }

    #[test]
    fn only_what_needs_a_person_is_coloured() {
        for shape in SHAPES {
            let coloured = draw(shape, Size::Px22, Bar::Dark)
                .chunks_exact(4)
                .any(|pixel| pixel[3] > 0 && pixel[2] < 0x80);
            let needs_a_person = matches!(shape, Shape::NeedsYou | Shape::NotSetUp);
            assert_eq!(coloured, needs_a_person, "{shape:?}");
        }
    }
}
