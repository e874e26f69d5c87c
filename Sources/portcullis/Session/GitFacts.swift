import Foundation

/// The revision of the checkout around a folder, where there is one and git is installed.
struct GitFacts {
  let revision: String?
  let isDirty: Bool?

  init(folder: String) {
    // One call tells both: header lines begin with '#', a line for each changed file follows.
    let printed = git(["-C", folder.isEmpty ? "." : folder, "status", "--porcelain=v2", "--branch", "--untracked-files=no"])
    let lines = printed?.split(separator: "\n") ?? []
    let oid = lines.first { $0.hasPrefix("# branch.oid ") }.map { String($0.dropFirst("# branch.oid ".count)) }
    revision = oid == "(initial)" ? nil : oid
    isDirty = revision == nil ? nil : lines.contains { !$0.hasPrefix("#") }
  }
}

/// What git prints; nil where it fails or is not there.
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
  return process.terminationStatus == 0 ? String(decoding: data, as: UTF8.self) : nil
}
