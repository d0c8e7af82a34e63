use super::{file, split_of, table};
use crate::{
    CroissantCreator, CroissantFacts, CroissantFile, CroissantSplit, Limits, SplitIndex, croissant,
};

#[test]
fn every_file_has_its_address_and_every_split_its_fields() {
    let files = vec![file("数据 1.csv", "id,名 字\n1,x\n")];
    let (config, split) = split_of(&files);
    let index = SplitIndex::build(&config, &split, &files, &Limits::default()).expect("an index");
    let facts = CroissantFacts {
        name: "penguins".to_owned(),
        url: "http://zone.example/datasets/o/penguins".to_owned(),
        creators: vec![CroissantCreator { name: "O".to_owned(), url: None, is_person: false }],
        personal_data: vec!["names".to_owned()],
        ..CroissantFacts::default()
    };
    let listed = CroissantFile {
        path: "数据 1.csv".to_owned(),
        content_url: "http://zone.example/x.csv".to_owned(),
        sha256: "ab".repeat(32),
        size_bytes: 14,
    };
    let splits = [CroissantSplit { config: &config, split: &split, index: &index }];
    let found = croissant(&facts, &[listed], &splits);
    assert_eq!(found["conformsTo"], "http://mlcommons.org/croissant/1.1");
    assert_eq!(found["rai:personalSensitiveInformation"][0], "names");
    assert_eq!(found.get("license"), None);
    let object = &found["distribution"][0];
    assert_eq!(object["@id"], "file/数据%201.csv");
    assert_eq!(object["contentSize"], "14 B");
    assert_eq!(object["encodingFormat"], "text/csv");
    let set = &found["recordSet"][0];
    assert_eq!(set["@id"], "records/default/train");
    assert_eq!(set["field"][1]["@id"], "records/default/train/名%20字");
    assert_eq!(set["field"][1]["source"]["extract"]["column"], "名 字");
    assert_eq!(set["field"][0]["dataType"], "sc:Integer");
    let nothing = croissant(&facts, &[], &splits);
    assert_eq!(nothing.get("recordSet"), None);
}

#[test]
fn nested_columns_are_left_out_and_counted() {
    let files = vec![file("a.jsonl", "{\"a\":[1],\"b\":{\"c\":1},\"d\":[[1]]}\n")];
    let (config, split) = split_of(&files);
    let table = table("a.jsonl", "{\"a\":[1],\"b\":{\"c\":1},\"d\":[[1]]}\n");
    let listed = CroissantFile {
        path: "a.jsonl".to_owned(),
        content_url: "http://zone.example/a.jsonl".to_owned(),
        sha256: "ab".repeat(32),
        size_bytes: 1,
    };
    let splits = [CroissantSplit { config: &config, split: &split, index: table.index() }];
    let found = croissant(&CroissantFacts::default(), &[listed], &splits);
    let set = &found["recordSet"][0];
    assert_eq!(set["field"].as_array().map(Vec::len), Some(1));
    assert_eq!(set["field"][0]["isArray"], true);
    let description = set["description"].as_str().expect("a description");
    assert!(description.ends_with("2 nested columns are left out"), "{description}");
}
