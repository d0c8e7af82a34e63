//! Arrow arrays, cell by cell, and Arrow types as features.

use crate::cell::Cell;
use crate::column::{Kind, list_feature, value_feature};
use crate::limits::NESTING_MAX;
use crate::time::{clock_text, date_text, moment_text};
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, Decimal128Type, Decimal256Type, DurationMicrosecondType, Float16Type,
    Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, Time32MillisecondType,
    Time32SecondType, Time64MicrosecondType, Time64NanosecondType, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, FixedSizeListArray, GenericListArray, OffsetSizeTrait};
use arrow_schema::{DataType, Field, TimeUnit};

/// What one row may still take in memory. A list can name one long text of a dictionary a million
/// times: decoded it is small, as cells it is not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Room {
    left_bytes: usize,
    /// Whether the row was too big; what did not fit reads as null.
    pub(crate) is_spent: bool,
}

impl Room {
    pub(crate) fn new(left_bytes: usize) -> Self {
        Self { left_bytes, is_spent: false }
    }

    /// Takes room for a cell and its bytes; false if there is none.
    fn take(&mut self, bytes: usize) -> bool {
        match self.left_bytes.checked_sub(bytes.saturating_add(size_of::<Cell>())) {
            Some(left_bytes) => self.left_bytes = left_bytes,
            None => self.is_spent = true,
        }
        !self.is_spent
    }

    fn text(&mut self, text: &str) -> Cell {
        if self.take(text.len()) { text.into() } else { Cell::Null }
    }

    fn bytes(&mut self, bytes: &[u8]) -> Cell {
        if self.take(bytes.len()) { Cell::Bytes(bytes.to_vec()) } else { Cell::Null }
    }
}

/// Returns one value of an array; a type the viewer does not show reads as null.
pub(crate) fn cell_at(array: &dyn Array, row: usize, room: &mut Room) -> Cell {
    if !room.take(0) || array.is_null(row) {
        return Cell::Null;
    }
    match array.data_type() {
        DataType::Boolean => Cell::Bool(array.as_boolean().value(row)),
        DataType::Int8 => Cell::Int(array.as_primitive::<Int8Type>().value(row).into()),
        DataType::Int16 => Cell::Int(array.as_primitive::<Int16Type>().value(row).into()),
        DataType::Int32 => Cell::Int(array.as_primitive::<Int32Type>().value(row).into()),
        DataType::Int64 => Cell::Int(array.as_primitive::<Int64Type>().value(row)),
        DataType::UInt8 => Cell::Int(array.as_primitive::<UInt8Type>().value(row).into()),
        DataType::UInt16 => Cell::Int(array.as_primitive::<UInt16Type>().value(row).into()),
        DataType::UInt32 => Cell::Int(array.as_primitive::<UInt32Type>().value(row).into()),
        DataType::UInt64 => {
            let value = array.as_primitive::<UInt64Type>().value(row);
            i64::try_from(value).map_or(Cell::UInt(value), Cell::Int)
        }
        DataType::Float16 => Cell::Float(array.as_primitive::<Float16Type>().value(row).to_f64()),
        DataType::Float32 => {
            Cell::Float(short_float(array.as_primitive::<Float32Type>().value(row)))
        }
        DataType::Float64 => Cell::Float(array.as_primitive::<Float64Type>().value(row)),
        DataType::Utf8 => room.text(array.as_string::<i32>().value(row)),
        DataType::LargeUtf8 => room.text(array.as_string::<i64>().value(row)),
        DataType::Utf8View => room.text(array.as_string_view().value(row)),
        DataType::Binary => room.bytes(array.as_binary::<i32>().value(row)),
        DataType::LargeBinary => room.bytes(array.as_binary::<i64>().value(row)),
        DataType::BinaryView => room.bytes(array.as_binary_view().value(row)),
        DataType::FixedSizeBinary(_) => room.bytes(array.as_fixed_size_binary().value(row)),
        DataType::Decimal128(..) => {
            Cell::Text(array.as_primitive::<Decimal128Type>().value_as_string(row))
        }
        DataType::Decimal256(..) => {
            Cell::Text(array.as_primitive::<Decimal256Type>().value_as_string(row))
        }
        _ => temporal_at(array, row).unwrap_or_else(|| nested_at(array, row, room)),
    }
}

/// Widens a short float by its shortest decimal form: 0.1 stays 0.1.
fn short_float(value: f32) -> f64 {
    value.to_string().parse().unwrap_or_else(|_| value.into())
}

fn temporal_at(array: &dyn Array, row: usize) -> Option<Cell> {
    let text = match array.data_type() {
        DataType::Date32 => date_text(array.as_primitive::<Date32Type>().value(row).into()),
        DataType::Date64 => {
            moment_text(array.as_primitive::<Date64Type>().value(row), 1_000, false)
        }
        DataType::Timestamp(unit, zone) => {
            let (value, per_second) = match unit {
                TimeUnit::Second => (array.as_primitive::<TimestampSecondType>().value(row), 1),
                TimeUnit::Millisecond => {
                    (array.as_primitive::<TimestampMillisecondType>().value(row), 1_000)
                }
                TimeUnit::Microsecond => {
                    (array.as_primitive::<TimestampMicrosecondType>().value(row), 1_000_000)
                }
                TimeUnit::Nanosecond => {
                    (array.as_primitive::<TimestampNanosecondType>().value(row), 1_000_000_000)
                }
            };
            moment_text(value, per_second, zone.is_some())
        }
        DataType::Time32(TimeUnit::Second) => {
            clock_text(array.as_primitive::<Time32SecondType>().value(row).into(), 1)
        }
        DataType::Time32(_) => {
            clock_text(array.as_primitive::<Time32MillisecondType>().value(row).into(), 1_000)
        }
        DataType::Time64(TimeUnit::Microsecond) => {
            clock_text(array.as_primitive::<Time64MicrosecondType>().value(row), 1_000_000)
        }
        DataType::Time64(_) => {
            clock_text(array.as_primitive::<Time64NanosecondType>().value(row), 1_000_000_000)
        }
        DataType::Duration(TimeUnit::Microsecond) => {
            return Some(Cell::Int(array.as_primitive::<DurationMicrosecondType>().value(row)));
        }
        _ => return None,
    };
    Some(Cell::Text(text))
}

fn nested_at(array: &dyn Array, row: usize, room: &mut Room) -> Cell {
    match array.data_type() {
        DataType::List(_) => list_at::<i32>(array.as_list(), row, room),
        DataType::LargeList(_) => list_at::<i64>(array.as_list(), row, room),
        DataType::FixedSizeList(..) => {
            let list: &FixedSizeListArray = array.as_fixed_size_list();
            cells(list.value(row).as_ref(), room)
        }
        DataType::Struct(fields) => {
            let columns = array.as_struct().columns();
            let mut named = Vec::with_capacity(columns.len());
            for (field, column) in fields.iter().zip(columns) {
                if !room.take(field.name().len()) {
                    break;
                }
                named.push((field.name().clone(), cell_at(column, row, room)));
            }
            Cell::Struct(named)
        }
        DataType::Map(..) => cells(&array.as_map().value(row), room),
        _ => Cell::Null,
    }
}

fn list_at<O: OffsetSizeTrait>(list: &GenericListArray<O>, row: usize, room: &mut Room) -> Cell {
    cells(list.value(row).as_ref(), room)
}

fn cells(values: &dyn Array, room: &mut Room) -> Cell {
    let mut cells = Vec::new();
    for place in 0..values.len() {
        if room.is_spent {
            break;
        }
        cells.push(cell_at(values, place, room));
    }
    Cell::List(cells)
}

/// Returns the kind and the feature of an Arrow type; `None` if it nests too deep.
pub(crate) fn kind_of(data_type: &DataType, depth: usize) -> Option<(Kind, Cell)> {
    if depth > NESTING_MAX {
        return None;
    }
    let value = |kind: Kind, dtype: &str| Some((kind, value_feature(dtype)));
    match data_type {
        DataType::Null => value(Kind::Null, "null"),
        DataType::Boolean => value(Kind::Bool, "bool"),
        DataType::Utf8 | DataType::Utf8View => value(Kind::Text, "string"),
        DataType::LargeUtf8 => value(Kind::Text, "large_string"),
        DataType::Binary | DataType::BinaryView | DataType::FixedSizeBinary(_) => {
            value(Kind::Bytes, "binary")
        }
        DataType::LargeBinary => value(Kind::Bytes, "large_binary"),
        DataType::Float16 => value(Kind::Float, "float16"),
        DataType::Float32 => value(Kind::Float, "float32"),
        DataType::Float64 => value(Kind::Float, "float64"),
        DataType::Decimal128(precision, scale) => {
            value(Kind::Decimal, &format!("decimal128({precision}, {scale})"))
        }
        DataType::Decimal256(precision, scale) => {
            value(Kind::Decimal, &format!("decimal256({precision}, {scale})"))
        }
        DataType::Date32 => value(Kind::Moment { is_utc: false }, "date32"),
        DataType::Date64 => value(Kind::Moment { is_utc: false }, "date64"),
        DataType::Timestamp(unit, None) => {
            value(Kind::Moment { is_utc: false }, &format!("timestamp[{}]", short(unit)))
        }
        DataType::Timestamp(unit, Some(zone)) => {
            value(Kind::Moment { is_utc: true }, &format!("timestamp[{}, tz={zone}]", short(unit)))
        }
        DataType::Time32(unit) => value(Kind::Time, &format!("time32[{}]", short(unit))),
        DataType::Time64(unit) => value(Kind::Time, &format!("time64[{}]", short(unit))),
        DataType::Duration(unit) => value(Kind::Int, &format!("duration[{}]", short(unit))),
        whole if whole.is_integer() => value(Kind::Int, &whole.to_string().to_lowercase()),
        DataType::List(field) | DataType::LargeList(field) | DataType::FixedSizeList(field, _) => {
            let (kind, feature) = kind_of(field.data_type(), depth + 1)?;
            Some((Kind::List(Box::new(kind)), list_feature(feature)))
        }
        DataType::Map(field, _) => {
            let (kind, feature) = kind_of(field.data_type(), depth + 1)?;
            Some((Kind::List(Box::new(kind)), list_feature(feature)))
        }
        DataType::Struct(fields) => {
            let mut kinds = Vec::with_capacity(fields.len());
            let mut features = Vec::with_capacity(fields.len());
            for field in fields {
                let (kind, feature) = kind_of(field.data_type(), depth + 1)?;
                kinds.push((field.name().clone(), kind));
                features.push((field.name().clone(), feature));
            }
            Some((Kind::Struct(kinds), Cell::Struct(features)))
        }
        _ => value(Kind::Json, "null"),
    }
}

fn short(unit: &TimeUnit) -> &'static str {
    match unit {
        TimeUnit::Second => "s",
        TimeUnit::Millisecond => "ms",
        TimeUnit::Microsecond => "us",
        TimeUnit::Nanosecond => "ns",
    }
}

/// Turns text and bytes into views, at any depth: a view points into the page, so that a
/// dictionary of one long text and a million rows that name it take no million copies.
pub(crate) fn with_views(field: &Field, depth: usize) -> Field {
    let inner = |field: &Field| std::sync::Arc::new(with_views(field, depth + 1));
    let data_type = match field.data_type() {
        _ if depth > NESTING_MAX => field.data_type().clone(),
        DataType::Utf8 => DataType::Utf8View,
        DataType::Binary => DataType::BinaryView,
        DataType::List(field) => DataType::List(inner(field)),
        DataType::Map(field, is_sorted) => DataType::Map(inner(field), *is_sorted),
        DataType::Struct(fields) => {
            DataType::Struct(fields.iter().map(|field| inner(field)).collect())
        }
        other => other.clone(),
    };
    field.clone().with_data_type(data_type)
}
