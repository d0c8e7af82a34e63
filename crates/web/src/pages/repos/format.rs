//! Words for what is to be known of a file's format.

use card::FormatRisk;

/// Returns the key of the sentence on why a format is marked; the format's name fills it. A format
/// without one shows as a missing message.
pub(crate) fn why(format: &str) -> &'static str {
    match format {
        "Core ML" => "format.core-ml",
        "TensorRT engine" => "format.tensorrt",
        "Ascend offline model" => "format.ascend",
        "MindSpore graph" => "format.mindspore",
        "RKNN" => "format.rknn",
        "Cambricon model" => "format.cambricon",
        "Sophgo model" => "format.sophgo",
        "Hailo executable" => "format.hailo",
        "Qualcomm DLC" => "format.qualcomm",
        "Edge TPU model" => "format.edge-tpu",
        "Neuron executable" => "format.neuron",
        "Horizon model" => "format.horizon",
        "MATLAB network" => "format.matlab",
        "Python pickle" => "format.pickle",
        "PyTorch checkpoint" => "format.pytorch",
        "NumPy array" => "format.numpy",
        "Keras model" => "format.keras",
        _ => "",
    }
}

/// Returns the key of the advice on what to publish as well.
pub(crate) fn alternative(risk: FormatRisk) -> &'static str {
    match risk {
        FormatRisk::RunsCode => "format.weights",
        FormatRisk::VendorTool => "format.graph",
    }
}

#[cfg(test)]
mod tests {
    use super::{alternative, why};
    use crate::Lang;

    #[test]
    fn every_marked_format_is_told_in_the_words_of_its_note() {
        for path in [
            "a.mlmodel",
            "a.trt",
            "a.om",
            "a.mindir",
            "a.rknn",
            "a.cambricon",
            "a.bmodel",
            "a.hef",
            "a.dlc",
            "a_edgetpu.tflite",
            "a.neff",
            "a.hbm",
            "a.mat",
            "a.pkl",
            "a.pt",
            "a.npy",
            "a.h5",
        ] {
            let note = card::format_note(card::Kind::Model, path).expect(path);
            let told = Lang::En.fill(why(note.format), &[note.format.to_owned()]);
            assert!(told.starts_with(note.format) && told.ends_with(note.why), "{path}: {told}");
            assert_eq!(Lang::En.message(alternative(note.risk)), note.alternative, "{path}");
        }
    }
}
