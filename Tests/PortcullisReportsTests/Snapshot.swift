import Foundation
import Testing

/// Compares `text` with `__Snapshots__/NAME.txt` beside the tests. `PORTCULLIS_RECORD=1` rewrites the file and fails, so that recording
/// never passes unseen.
func expectSnapshot(_ name: String, _ text: String, sourceLocation: SourceLocation = #_sourceLocation) {
  let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "__Snapshots__")
  let file = folder.appending(path: name + ".txt")
  if ProcessInfo.processInfo.environment["PORTCULLIS_RECORD"] == "1" {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
      Issue.record("recorded \(name): run again without PORTCULLIS_RECORD", sourceLocation: sourceLocation)
    } catch {
      Issue.record("cannot record \(name): \(error)", sourceLocation: sourceLocation)
    }
    return
  }
  guard let stored = try? Data(contentsOf: file) else {
    Issue.record("no snapshot \(name): record it with PORTCULLIS_RECORD=1", sourceLocation: sourceLocation)
    return
  }
  guard stored != Data(text.utf8) else { return }
  let old = String(decoding: stored, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
  let new = text.split(separator: "\n", omittingEmptySubsequences: false)
  let line = zip(old, new).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(old.count, new.count)
  let was = line < old.count ? String(old[line]) : "(end)"
  let now = line < new.count ? String(new[line]) : "(end)"
  Issue.record("\(name) differs at line \(line + 1)\n  stored: \(was)\n  now:    \(now)", sourceLocation: sourceLocation)
}
