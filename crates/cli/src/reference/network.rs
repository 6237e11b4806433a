//! Every key of a network file, from the schema that is generated from its reader.

use serde_json::Value;

use super::markdown::{code, codes, page as whole, prose, section, table};

pub(super) fn page() -> String {
    let schema: Value = serde_json::from_str(&gennaker::formats::network_schema()).expect("a schema");
    let mut body = section(2, "The file", &keys(&schema));
    for (name, definition) in schema["$defs"].as_object().expect("definitions") {
        body += &section(2, name, &definition_text(definition));
    }
    let purpose = "Every key of a network file (TOML). [`network.schema.json`](../network.schema.json) has the same for editors that \
        complete and check. What a model's parameters are is in [Models](models.md), what a machine's fields are in [Machines and \
        machine files](machine-file.md), the keys of `[account]` in [Assumptions of the account](account.md), those of `[event]` in \
        [Settings of the event level](event.md).";
    whole("Network files", purpose, &body)
}

/// A definition: its words, then its keys, or the forms that it may take.
fn definition_text(definition: &Value) -> String {
    let mut text = words(definition);
    let forms = ["oneOf", "anyOf"].iter().find_map(|key| definition[*key].as_array());
    if definition.get("properties").is_some() {
        text += &format!("\n\n{}", keys(definition));
    } else if let Some(forms) = forms {
        if !text.is_empty() {
            text += "\n\n";
        }
        let rows: Vec<_> = forms.iter().map(|form| vec![form_name(form), form_words(form)]).collect();
        text += &table(&["form", "meaning"], &rows);
    } else if let Some(names) = definition["enum"].as_array() {
        let names: Vec<_> = names.iter().filter_map(Value::as_str).collect();
        text += &format!(" One of {}.", codes(&names));
    }
    text
}

fn words(value: &Value) -> String {
    prose(value["description"].as_str().unwrap_or_default().trim_end_matches(", for the schema alone."))
}

/// A table of the keys of an object.
fn keys(object: &Value) -> String {
    let properties = object["properties"].as_object().expect("an object with keys");
    let row = |(name, property): (&String, &Value)| {
        let default = if is_required(object, name) { "required".to_owned() } else { default(property) };
        vec![code(name), kind(property), default, words(property)]
    };
    table(&["key", "value", "default", "meaning"], &properties.iter().map(row).collect::<Vec<_>>())
}

fn is_required(object: &Value, name: &str) -> bool {
    object["required"].as_array().is_some_and(|list| list.iter().any(|key| key == name))
}

fn default(property: &Value) -> String {
    match property.get("default") {
        None | Some(Value::Null) => String::new(),
        Some(Value::Object(table)) if table.is_empty() => String::new(),
        Some(value) => code(&value.to_string()),
    }
}

/// A form with keys of its own is named by the key that tells it from the others.
fn form_name(form: &Value) -> String {
    let Some(properties) = form["properties"].as_object() else { return kind(form) };
    let named = properties.iter().find_map(|(key, value)| Some((key, value["const"].as_str()?)));
    named.map_or_else(|| "table".to_owned(), |(key, name)| code(&format!("{key} = \"{name}\"")))
}

/// A form's words, with its keys behind them.
fn form_words(form: &Value) -> String {
    let mut text = words(form);
    let Some(properties) = form["properties"].as_object() else { return text };
    for (name, property) in properties.iter().filter(|(_, value)| value.get("const").is_none()) {
        let note = match (is_required(form, name), default(property)) {
            (true, _) => ", required".to_owned(),
            (false, default) if default.is_empty() => String::new(),
            (false, default) => format!(", default {default}"),
        };
        text += &format!("<br>{}: {}{note}. {}", code(name), kind(property), words(property));
    }
    text
}

/// What a value may be, in a few words.
fn kind(value: &Value) -> String {
    if let Some(target) = value["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/")) {
        return format!("[{target}](#{})", target.to_lowercase());
    }
    if let Some(name) = value["const"].as_str() {
        return code(&format!("\"{name}\""));
    }
    if let Some(forms) = ["anyOf", "oneOf"].iter().find_map(|key| value[*key].as_array()) {
        return forms.iter().filter(|form| form["type"] != "null").map(kind).collect::<Vec<_>>().join(" or ");
    }
    match &value["type"] {
        Value::Array(types) => {
            let first = types.iter().filter_map(Value::as_str).find(|name| *name != "null");
            simple(first.unwrap_or_default(), value)
        }
        Value::String(name) => simple(name, value),
        _ => "any value".to_owned(),
    }
}

fn simple(name: &str, value: &Value) -> String {
    match name {
        "array" => format!("list of {}", kind(&value["items"])),
        "integer" => "whole number".to_owned(),
        "boolean" => "`true` or `false`".to_owned(),
        "string" => "text".to_owned(),
        "object" => "table".to_owned(),
        other => other.to_owned(),
    }
}
