package import PortcullisCore

/// The answers of one or more recording files.
package struct LoadedRecordings: Sendable {
  /// In the order of the files and their lines.
  package let recordings: [Recording]
  /// Fields that recordings do not have, with how often they were met: ignored, and worth a line.
  package let ignored: [(field: String, count: Int)]
  /// Over the files' contents, in the order given.
  package let digest: Digest
}

/// Reads recordings (formats.md §7), also plain `{"id", "output"}` lines; throws `Problems`.
///
/// - Parameter paths: As given on the command line or joined by the config; anywhere.
package func loadRecordings(at paths: [String], project: ProjectFiles) throws -> LoadedRecordings {
  let list = ProblemList()
  var recordings = [Recording]()
  var ignored = [String: Int]()
  var digests = DigestStream()
  for path in paths {
    let problems = FileProblems(file: path, list)
    do {
      let lines = JSONLines(try project.file(given: path, limit: 4 << 30), problems)
      let before = recordings.count
      var seen = [RecordingSlot: Position]()
      while let node = try lines.next() {
        guard var reader = FieldReader(node, "the recording", problems), let recording = readRecording(&reader, problems) else { continue }
        for entry in reader.rest() { ignored[entry.key, default: 0] += 1 }
        if let first = seen.updateValue(node.position, forKey: RecordingSlot(recording)) {
          problems.error(
            "the same answer is recorded twice; first in line \(first.line)", at: node.position,
            help: "tell them apart by 'repeat', 'arm' or 'model'")
        }
        recordings.append(recording)
      }
      digests.add(lines.finish().bytes)
      if recordings.count == before, list.errorCount == 0 {
        throw Diagnostic(.error, "the file holds no recording", at: Place(file: path))
      }
    } catch { try list.add(error) }
  }
  try list.check()
  let counts = ignored.sorted { precedes($0.key, $1.key) }.map { (field: $0.key, count: $0.value) }
  return LoadedRecordings(recordings: recordings, ignored: counts, digest: digests.finish())
}

/// What one recording answers: two for the same are a mistake.
private struct RecordingSlot: Hashable {
  let key: Recording.Key
  let arm: Arm?
  let repeatIndex: Int
  let model: String?

  init(_ recording: Recording) {
    key = recording.key
    arm = recording.arm
    repeatIndex = recording.repeatIndex
    model = recording.model
  }
}
