//! Formats of model files that tie the user to a vendor, or that run code when they are loaded.
//!
//! A platform that must be open to all should show both before anybody builds on the file.

use crate::Kind;

/// What is to be known before a file is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormatRisk {
    /// Only one vendor's tools or devices run it.
    VendorTool,
    /// Loading it can run any code that its author put there.
    RunsCode,
}

/// A note on a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FormatNote {
    /// The kind of risk.
    pub risk: FormatRisk,
    /// Name of the format.
    pub format: &'static str,
    /// One sentence on why it is marked.
    pub why: &'static str,
    /// An open format that carries the same.
    pub alternative: &'static str,
}

const WEIGHTS: &str = "publish the weights as safetensors as well";
const GRAPH: &str = "publish an ONNX or safetensors file as well";

const CORE_ML: FormatNote = vendor("Core ML", "runs on Apple's systems only");
const TENSORRT: FormatNote =
    vendor("TensorRT engine", "runs on the NVIDIA device and TensorRT version it was built for");
const ASCEND: FormatNote = vendor("Ascend offline model", "runs on Huawei Ascend processors only");
const MINDIR: FormatNote = vendor("MindSpore graph", "is read by MindSpore only");
const RKNN: FormatNote = vendor("RKNN", "runs on Rockchip processors only");
const CAMBRICON: FormatNote = vendor("Cambricon model", "runs on Cambricon processors only");
const SOPHGO: FormatNote = vendor("Sophgo model", "runs on Sophgo processors only");
const HAILO: FormatNote = vendor("Hailo executable", "runs on Hailo processors only");
const QUALCOMM: FormatNote = vendor("Qualcomm DLC", "needs Qualcomm's neural processing SDK");
const EDGE_TPU: FormatNote =
    vendor("Edge TPU model", "was compiled for Google's Edge TPU and runs on nothing else");
const NEURON: FormatNote = vendor("Neuron executable", "runs on Amazon's accelerators only");
const HORIZON: FormatNote = vendor("Horizon model", "runs on Horizon Robotics processors only");
const MATLAB: FormatNote = FormatNote {
    risk: FormatRisk::VendorTool,
    format: "MATLAB network",
    why: "needs a licence of MATLAB to be read in full",
    alternative: GRAPH,
};

const PICKLE: FormatNote =
    code("Python pickle", "unpickling can run any code its author put there");
const TORCH: FormatNote = code(
    "PyTorch checkpoint",
    "holds a pickle, and unpickling can run any code its author put there",
);
const NUMPY: FormatNote = code("NumPy array", "can hold a pickle where object arrays are allowed");
const KERAS: FormatNote =
    code("Keras model", "can hold layers of Python code that run when it is loaded");

const fn vendor(format: &'static str, why: &'static str) -> FormatNote {
    FormatNote { risk: FormatRisk::VendorTool, format, why, alternative: GRAPH }
}

const fn code(format: &'static str, why: &'static str) -> FormatNote {
    FormatNote { risk: FormatRisk::RunsCode, format, why, alternative: WEIGHTS }
}

/// By the end of the file's name, in lower case. The first that fits counts.
const BY_ENDING: &[(&str, FormatNote)] = &[
    ("_edgetpu.tflite", EDGE_TPU),
    (".mlmodel", CORE_ML),
    (".mlmodelc", CORE_ML),
    (".mlpackage", CORE_ML),
    (".engine", TENSORRT),
    (".plan", TENSORRT),
    (".trt", TENSORRT),
    (".om", ASCEND),
    (".mindir", MINDIR),
    (".rknn", RKNN),
    (".rkllm", RKNN),
    (".cambricon", CAMBRICON),
    (".bmodel", SOPHGO),
    (".cvimodel", SOPHGO),
    (".hef", HAILO),
    (".dlc", QUALCOMM),
    (".neff", NEURON),
    (".hbm", HORIZON),
    (".mat", MATLAB),
    (".mlx", MATLAB),
    (".pkl", PICKLE),
    (".pickle", PICKLE),
    (".joblib", PICKLE),
    (".dill", PICKLE),
    (".pt", TORCH),
    (".pth", TORCH),
    (".ckpt", TORCH),
    (".bin", TORCH),
    (".npy", NUMPY),
    (".npz", NUMPY),
    (".h5", KERAS),
    (".hdf5", KERAS),
    (".keras", KERAS),
];

/// Returns what is to be known of a file's format before it is used, by its path alone.
///
/// A path inside a bundle, such as `model.mlpackage/Data/weights.bin`, is of the bundle's format.
/// `.bin` is marked in models because PyTorch writes its weights so; elsewhere it may be anything.
/// The bytes are not read.
#[must_use]
pub fn format_note(kind: Kind, path: &str) -> Option<FormatNote> {
    let path = path.to_ascii_lowercase();
    path.split('/').find_map(|part| {
        let is_last = path.ends_with(part);
        let note = BY_ENDING.iter().find(|(ending, _)| part.ends_with(ending))?.1;
        let is_likely = kind == Kind::Model || !part.ends_with(".bin");
        (is_likely && is_last || note == CORE_ML).then_some(note)
    })
}

/// Returns why a file needs a vendor's tool, or nothing where it does not.
#[must_use]
pub fn is_vendor_format(kind: Kind, path: &str) -> Option<&'static str> {
    let note = format_note(kind, path)?;
    (note.risk == FormatRisk::VendorTool).then_some(note.why)
}
