import Foundation

/// The revision of the checkout around a folder, where there is one and git is installed.
struct GitFacts {
  let revision: String?
  let isDirty: Bool?

  init(folder: String) {
    let place = folder.isEmpty ? "." : folder
    revision = git(["-C", place, "rev-parse", "HEAD"]).flatMap { $0.isEmpty ? nil : $0 }
    isDirty = revision == nil ? nil : git(["-C", place, "status", "--porcelain", "--untracked-files=no"]).map { !$0.isEmpty }
  }
}

/// What git prints, trimmed; nil where it fails or is not there.
private func git(_ arguments: [String]) -> String? {
  let process = Process()
  process.executableURL = URL(filePath: "/usr/bin/env")
  process.arguments = ["git"] + arguments
  let output = Pipe()
  process.standardOutput = output
  process.standardError = FileHandle.nullDevice
  process.standardInput = FileHandle.nullDevice
  guard (try? process.run()) != nil else { return nil }
  let data = output.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  guard process.terminationStatus == 0 else { return nil }
  return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
}
