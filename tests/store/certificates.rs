//! The authorities that the real binary trusts, under each model that fetches.

use std::{fs, path::Path, process::Command};

use pconc_tui::catalog::{model::Model, workload::Workload};
use serde_json::Value;

use super::{Room, behaviours::TLS, programs::program, servers};

/// What the program knows of a run of one task that fetches this address.
fn record(room: &Room, model: Model, url: &str, trusted: Option<(&str, &Path)>) -> Value {
    let list = room.path().join("addresses.txt");
    fs::write(&list, url).expect("there is room for it");
    let line = format!(
        "run --workload io --model {} --workers 1 --tasks 1 --writes 1 --format json --urls {}",
        model.name(),
        list.display()
    );
    let mut program = program(&line, &room.file());
    program
        .env_remove("SSL_CERT_FILE")
        .env_remove("SSL_CERT_DIR");
    program.envs(trusted).current_dir(room.path());
    let output = program
        .output()
        .expect("the binary was built for this test");
    let document: Value = serde_json::from_slice(&output.stdout).expect("it prints JSON");
    document["records"][0].clone()
}

/// The authority in a directory as OpenSSL looks for it, if OpenSSL is there to name the file.
fn directory(room: &Room, file: &Path) -> Option<std::path::PathBuf> {
    let output = Command::new("openssl")
        .args(["x509", "-noout", "-subject_hash", "-in"])
        .arg(file)
        .output()
        .ok()?;
    let hash = String::from_utf8(output.stdout).ok()?;
    let directory = room.path().join("authorities");
    fs::create_dir_all(&directory).ok()?;
    fs::copy(file, directory.join(format!("{}.0", hash.trim()))).ok()?;
    Some(directory)
}

#[test]
fn an_authority_is_trusted_by_every_model_if_the_environment_names_it_and_by_none_otherwise() {
    let room = Room::new();
    let authority = servers::authority("An Authority of a Company");
    let servers = servers::Servers::start(&authority);
    let url = servers.named_in(&format!("https://{TLS}/tls-page"));
    let file = room.path().join("authority.pem");
    fs::write(&file, authority.pem()).expect("there is room for it");
    let directory = directory(&room, &file);
    let relative = Path::new("authority.pem").to_path_buf();
    let suits = |model: &Model| Workload::Io.suits(*model) && *model != Model::PythonInterpreters;
    for model in Model::ALL.into_iter().filter(suits) {
        let found = record(&room, model, &url, None);
        if model.is_python() && found.is_null() {
            println!("skipped: {}", model.name());
            continue;
        }
        let error = found["failures"][0]["error"].as_str().unwrap_or("none");
        assert!(
            error.ends_with("(from an unknown issuer, or self-signed)"),
            "{}: {error}",
            model.name()
        );
        let named = [
            ("SSL_CERT_FILE", Some(&file)),
            ("SSL_CERT_FILE", Some(&relative)),
            ("SSL_CERT_DIR", directory.as_ref()),
        ];
        for (variable, place) in named {
            let Some(place) = place else { continue };
            let found = record(&room, model, &url, Some((variable, place)));
            assert_eq!(
                found["tasks_failed"],
                0,
                "{} {variable}: {found}",
                model.name()
            );
        }
    }
}
