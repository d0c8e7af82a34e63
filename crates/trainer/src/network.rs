//! The classifier: 64 standardised pixels, one hidden layer of 64, one output for each digit.
//!
//! The digit with the largest output is the answer. Training goes down the gradient of the squared
//! distance between outputs and the one right answer, with momentum, in small batches, at a rate
//! that falls to zero. Squared distance and not cross entropy, because this way only sums,
//! products, quotients and square roots occur, which IEEE 754 rounds alike everywhere: a seed gives
//! the same weights on every machine. Exponentials would not.
//!
//! Source: Rumelhart, Hinton, Williams, "Learning representations by back-propagating errors",
//! Nature 323, 1986; first weights: He et al., "Delving deep into rectifiers", ICCV 2015.

use crate::dataset::{CLASSES, Example};
use crate::error::{Error, Result};
use crate::picture::{PIXELS, Picture};
use crate::random::Sequence;

/// Numbers of the hidden layer.
pub const HIDDEN: usize = 64;
/// Times that every example is looked at.
pub const EPOCHS: u16 = 40;
/// Examples after which the weights move.
const BATCH: usize = 16;
/// First step down the gradient. At 0.05 one seed of four went astray on the digits.
const RATE: f32 = 0.02;
/// Part of the last step that is taken again.
const MOMENTUM: f32 = 0.9;
/// A pixel that varies less than this (in shades of 0 to 255) is not blown up to vary by one.
const DEVIATION_MIN: f32 = 16.0;

/// Weights and biases of both layers, by rows: one row for each number that comes out.
#[derive(Debug, Clone, PartialEq)]
pub struct Layers {
    /// `HIDDEN` rows of `PIXELS`.
    pub hidden_weight: Vec<f32>,
    /// `HIDDEN` numbers.
    pub hidden_bias: Vec<f32>,
    /// `CLASSES` rows of `HIDDEN`.
    pub output_weight: Vec<f32>,
    /// `CLASSES` numbers.
    pub output_bias: Vec<f32>,
}

impl Layers {
    /// Layers of zeros.
    #[must_use]
    pub fn zero() -> Self {
        Self {
            hidden_weight: vec![0.0; HIDDEN * PIXELS],
            hidden_bias: vec![0.0; HIDDEN],
            output_weight: vec![0.0; CLASSES * HIDDEN],
            output_bias: vec![0.0; CLASSES],
        }
    }

    fn random(sequence: &mut Sequence) -> Self {
        let mut layers = Self::zero();
        // Both layers have 64 inputs. Uniform numbers of this width have the variance 2/64.
        let width = (6.0_f32 / 64.0).sqrt();
        for weight in layers.hidden_weight.iter_mut().chain(&mut layers.output_weight) {
            *weight = width * sequence.signed_unit();
        }
        layers
    }

    fn parts(&mut self) -> [&mut Vec<f32>; 4] {
        let Self { hidden_weight, hidden_bias, output_weight, output_bias } = self;
        [hidden_weight, hidden_bias, output_weight, output_bias]
    }
}

/// A trained classifier.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Mean of each pixel over the training split.
    pub mean: Vec<f32>,
    /// One over the standard deviation of each pixel there.
    pub scale: Vec<f32>,
    /// What was learned.
    pub layers: Layers,
}

/// What runs through the network for one picture.
struct Pass {
    pixels: Vec<f32>,
    hidden: Vec<f32>,
    output: Vec<f32>,
}

impl Model {
    /// Trains a classifier, telling after each epoch which it was and how many examples were right
    /// when they came by.
    ///
    /// # Errors
    /// [`Error::Astray`].
    pub fn train(
        examples: &[Example],
        seed: u64,
        mut told: impl FnMut(u16, usize),
    ) -> Result<Self> {
        let mut sequence = Sequence::new(seed);
        let (mean, scale) = standard(examples);
        let mut model = Self { mean, scale, layers: Layers::random(&mut sequence) };
        let mut velocity = Layers::zero();
        let mut order: Vec<&Example> = examples.iter().collect();
        for epoch in 1..=EPOCHS {
            sequence.shuffle(&mut order);
            let rate = RATE * f32::from(EPOCHS + 1 - epoch) / f32::from(EPOCHS);
            let mut right = 0;
            for batch in order.chunks(BATCH) {
                let mut gradient = Layers::zero();
                for example in batch {
                    right += usize::from(model.learn(example, &mut gradient));
                }
                model.step(&mut gradient, &mut velocity, (rate, batch.len()));
            }
            if !model.layers.parts().iter().all(|part| part.iter().all(|w| w.is_finite())) {
                return Err(Error::Astray { epoch });
            }
            told(epoch, right);
        }
        Ok(model)
    }

    /// Says which digit a picture shows, 0 to 9; of equal ones the smallest.
    #[must_use]
    pub fn predict(&self, picture: &Picture) -> usize {
        largest(&self.pass(picture).output)
    }

    fn pass(&self, picture: &Picture) -> Pass {
        let standards = self.mean.iter().zip(&self.scale);
        let shades = picture.iter().zip(standards);
        let pixels: Vec<f32> =
            shades.map(|(shade, (mean, scale))| (f32::from(*shade) - mean) * scale).collect();
        let Layers { hidden_weight, hidden_bias, output_weight, output_bias } = &self.layers;
        let mut hidden = layer(hidden_weight, hidden_bias, &pixels);
        for value in &mut hidden {
            *value = value.max(0.0);
        }
        let output = layer(output_weight, output_bias, &hidden);
        Pass { pixels, hidden, output }
    }

    /// Adds the gradient of one example; says whether its answer was right.
    fn learn(&self, example: &Example, gradient: &mut Layers) -> bool {
        let pass = self.pass(&example.picture);
        let mut error = pass.output.clone();
        error[example.label] -= 1.0;
        let mut blame = vec![0.0; HIDDEN];
        for (class, error) in error.iter().enumerate() {
            let row = class * HIDDEN..(class + 1) * HIDDEN;
            add(&mut blame, *error, &self.layers.output_weight[row.clone()]);
            add(&mut gradient.output_weight[row], *error, &pass.hidden);
            gradient.output_bias[class] += error;
        }
        for (place, blame) in
            blame.iter().enumerate().filter(|(place, _)| pass.hidden[*place] > 0.0)
        {
            let row = place * PIXELS..(place + 1) * PIXELS;
            add(&mut gradient.hidden_weight[row], *blame, &pass.pixels);
            gradient.hidden_bias[place] += blame;
        }
        largest(&pass.output) == example.label
    }

    fn step(&mut self, gradient: &mut Layers, velocity: &mut Layers, (rate, batch): (f32, usize)) {
        // A batch has at most `BATCH` examples.
        let size = u16::try_from(batch).map_or(1.0, f32::from);
        let parts = self.layers.parts().into_iter().zip(gradient.parts()).zip(velocity.parts());
        for ((weights, gradient), velocity) in parts {
            for ((weight, slope), speed) in weights.iter_mut().zip(gradient).zip(velocity) {
                *speed = MOMENTUM * *speed - rate * *slope / size;
                *weight += *speed;
            }
        }
    }
}

/// Returns the mean of each pixel, and one over its standard deviation.
///
/// Running sums, so that no large numbers meet small ones. Source: Welford, "Note on a method for
/// calculating corrected sums of squares and products", Technometrics 4, 1962.
fn standard(examples: &[Example]) -> (Vec<f32>, Vec<f32>) {
    let (mut mean, mut squares) = (vec![0.0; PIXELS], vec![0.0; PIXELS]);
    let mut count = 0.0_f32;
    for example in examples {
        count += 1.0;
        for (place, shade) in example.picture.iter().enumerate() {
            let before = f32::from(*shade) - mean[place];
            mean[place] += before / count;
            squares[place] += before * (f32::from(*shade) - mean[place]);
        }
    }
    let deviations = squares.iter().map(|square: &f32| (square / count).sqrt());
    (mean, deviations.map(|deviation| 1.0 / deviation.max(DEVIATION_MIN)).collect())
}

/// Multiplies a matrix of rows with a vector and adds the bias.
fn layer(weights: &[f32], bias: &[f32], input: &[f32]) -> Vec<f32> {
    let rows = weights.chunks_exact(input.len());
    let dot = |row: &[f32]| row.iter().zip(input).map(|(w, x)| w * x).sum::<f32>();
    rows.zip(bias).map(|(row, bias)| bias + dot(row)).collect()
}

/// Adds a multiple of a vector to another.
fn add(to: &mut [f32], factor: f32, from: &[f32]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to += factor * from;
    }
}

fn largest(output: &[f32]) -> usize {
    let mut best = 0;
    for (class, value) in output.iter().enumerate() {
        if *value > output[best] {
            best = class;
        }
    }
    best
}
