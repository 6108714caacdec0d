#[test]
fn dump() {
    let Some(path) = std::env::var_os("DUMP") else { return };
    for heard in super::corpus::conversations(&super::super::PROTOCOL, 502, &std::fs::read(path).unwrap()) {
        println!("== {:?} {}", heard.ports, heard.protocol);
        for (line, frames) in heard.recorder.operations.iter().zip(&heard.recorder.frames) {
            println!("{frames:?} {line}");
        }
        for line in heard.recorder.transfers.iter().chain(&heard.recorder.problems) {
            println!("{line}");
        }
    }
}
