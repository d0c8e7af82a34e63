//! Headers and formats of model files.

use crate::{
    FormatRisk, Kind, SAFETENSORS_HEADER_BYTES_MAX, Safetensors, SafetensorsError, format_note,
    is_vendor_format, safetensors_header,
};

fn read(header: &str, data_bytes: u64) -> Result<Safetensors, SafetensorsError> {
    let length = u64::try_from(header.len()).unwrap();
    let mut bytes = length.to_le_bytes().to_vec();
    bytes.extend(header.bytes());
    safetensors_header(&mut bytes.as_slice(), 8 + length + data_bytes)
}

#[test]
fn parameters_are_counted_by_type() {
    let header = r#"{"__metadata__":{"format":"pt"},
        "b":{"dtype":"F32","shape":[2,3],"data_offsets":[4,28]},
        "a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},
        "s":{"dtype":"F32","shape":[],"data_offsets":[28,32]},
        "e":{"dtype":"F4","shape":[0],"data_offsets":[32,32]}}  "#;
    let found = read(header, 32).unwrap();
    assert_eq!(found.total, 9);
    let counts: Vec<_> = found.parameters.iter().map(|(k, v)| (k.as_str(), *v)).collect();
    assert_eq!(counts, [("F16", 2), ("F32", 7), ("F4", 0)]);
    assert_eq!(found.metadata["format"], "pt");
    assert_eq!(read("{}", 0).unwrap(), Safetensors::default());
}

#[test]
fn a_header_longer_than_the_file_is_refused_before_it_is_read() {
    for stated in [u64::MAX, SAFETENSORS_HEADER_BYTES_MAX + 1] {
        let bytes = stated.to_le_bytes();
        let result = safetensors_header(&mut bytes.as_slice(), u64::MAX);
        assert!(matches!(result, Err(SafetensorsError::HeaderTooLong { .. })));
    }
    let bytes = 3_u64.to_le_bytes();
    let result = safetensors_header(&mut bytes.as_slice(), 10);
    assert!(matches!(result, Err(SafetensorsError::HeaderTooLong { most: 2, .. })));
}

#[test]
fn a_source_that_ends_early_is_refused() {
    for bytes in [&b""[..], &[1, 0][..], &10_u64.to_le_bytes()[..]] {
        let result = safetensors_header(&mut &*bytes, 100);
        assert!(matches!(result, Err(SafetensorsError::Read(_))));
    }
}

#[test]
fn a_header_that_is_not_its_json_is_refused() {
    let twice = r#"{"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]},
                    "a":{"dtype":"U8","shape":[],"data_offsets":[1,2]}}"#;
    let deep = "[".repeat(10_000);
    for header in ["", "[]", "{", r#"{"a":1}"#, r#"{"__metadata__":{"a":1}}"#, twice, &deep] {
        assert!(matches!(read(header, 2), Err(SafetensorsError::Header(_))), "{header:.40}");
    }
}

#[test]
fn a_tensor_that_does_not_fit_its_place_is_refused() {
    for tensor in [
        r#""dtype":"F32","shape":[2],"data_offsets":[0,4]"#,
        r#""dtype":"F99","shape":[1],"data_offsets":[0,4]"#,
        r#""dtype":"U8","shape":[4],"data_offsets":[4,0]"#,
        r#""dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]"#,
        r#""dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,0]"#,
        r#""dtype":"F4","shape":[1],"data_offsets":[0,1]"#,
    ] {
        let result = read(&format!("{{\"a\":{{{tensor}}}}}"), 4);
        assert!(matches!(result, Err(SafetensorsError::TensorMisfit { .. })), "{tensor}");
    }
}

#[test]
fn tensors_fill_the_data_once() {
    let two = |first: (u64, u64), second: (u64, u64)| {
        let tensor = |(from, to): (u64, u64)| {
            format!(r#"{{"dtype":"U8","shape":[{}],"data_offsets":[{from},{to}]}}"#, to - from)
        };
        format!(r#"{{"a":{},"b":{}}}"#, tensor(first), tensor(second))
    };
    assert!(read(&two((0, 4), (4, 8)), 8).is_ok());
    for header in
        [two((0, 4), (2, 8)), two((0, 4), (5, 8)), two((0, 4), (4, 9)), two((1, 4), (4, 8))]
    {
        assert!(matches!(read(&header, 8), Err(SafetensorsError::DataMisfit { .. })), "{header}");
    }
    assert!(matches!(read("{}", 1), Err(SafetensorsError::DataMisfit { data_bytes: 1 })));
}

#[test]
fn formats_of_one_vendor_are_marked() {
    for path in [
        "model.mlmodel",
        "a/Model.MLPACKAGE/Data/weights.bin",
        "x.mlmodelc/coremldata.bin",
        "e.engine",
        "e.plan",
        "m.om",
        "m.mindir",
        "m.rknn",
        "m.hef",
        "m_edgetpu.tflite",
    ] {
        assert!(is_vendor_format(Kind::Model, path).is_some(), "{path}");
    }
    for path in
        ["model.safetensors", "model.onnx", "model.gguf", "m.tflite", "om", "plan.md", "a.om/x"]
    {
        assert_eq!(format_note(Kind::Model, path), None, "{path}");
    }
}

#[test]
fn formats_that_run_code_are_marked() {
    for path in ["pytorch_model.bin", "a/b.PT", "c.pth", "d.pkl", "e.ckpt", "f.joblib", "g.h5"] {
        let note = format_note(Kind::Model, path).expect(path);
        assert_eq!(note.risk, FormatRisk::RunsCode, "{path}");
        assert!(note.alternative.contains("safetensors"));
        assert_eq!(is_vendor_format(Kind::Model, path), None);
    }
}

#[test]
fn a_bin_file_is_a_checkpoint_in_models_only() {
    assert!(format_note(Kind::Model, "pytorch_model.bin").is_some());
    for kind in [Kind::Dataset, Kind::Space] {
        assert_eq!(format_note(kind, "noise.bin"), None);
        assert!(format_note(kind, "a.mlpackage/Data/weights.bin").is_some());
        assert!(format_note(kind, "a.pkl").is_some());
    }
}
