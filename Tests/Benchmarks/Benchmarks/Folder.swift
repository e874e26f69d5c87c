import Foundation

/// A temporary folder with the files that the measures read. Writes as it goes: this process must stay small (`Cost.peak`).
struct Folder {
  let root: String

  init() throws {
    root = FileManager.default.temporaryDirectory.appending(path: "portcullis-bench-\(getpid())").path
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
  }

  func path(_ name: String) -> String { "\(root)/\(name)" }

  func remove() { remove(root) }

  func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }

  func size(_ path: String) throws -> Int {
    try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
  }

  /// A file of text, written piece by piece; answers its path.
  func write(_ name: String, _ pieces: some Sequence<String>) throws -> String {
    let path = path(name)
    try FileManager.default.createDirectory(atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    guard let file = fopen(path, "w") else { throw Failed(description: "\(path): \(String(cString: strerror(errno)))") }
    for piece in pieces { fputs(piece, file) }
    guard fclose(file) == 0 else { throw Failed(description: "\(path): \(String(cString: strerror(errno)))") }
    return path
  }

  /// A JSON Lines evalset of the questions that the floor asks too.
  func jsonLines(_ count: Int) throws -> String {
    try write(
      "cases-\(count).jsonl", (0..<count).lazy.map { #"{"id":"q-\#($0)","input":"\#(question($0))","checks":[{"contains":"42"}]}"# + "\n" })
  }

  /// The same as YAML, in a folder of its own.
  func yaml(_ count: Int) throws -> String {
    _ = try write(
      "yaml/cases.yaml", (0..<count).lazy.map { "- id: q-\($0)\n  input: \"\(question($0))\"\n  checks:\n    - contains: \"42\"\n" })
    return path("yaml")
  }
}

private func question(_ number: Int) -> String { "Question \(number): what is the answer to everything?" }
