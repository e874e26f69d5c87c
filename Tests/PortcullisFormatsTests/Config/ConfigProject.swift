import Foundation
import PortcullisCore
import Testing

@testable import PortcullisFormats

/// A project folder of its own for one test, removed with it.
final class ConfigProject {
  let folder: String

  init(_ config: String, files: [String: String] = [:]) throws {
    folder = FileManager.default.temporaryDirectory.path(percentEncoded: false) + "portcullis-config-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try write(config, to: "portcullis.yaml")
    for (name, text) in files { try write(text, to: name) }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  var path: String { folder + "/portcullis.yaml" }

  func write(_ text: String, to name: String) throws {
    let path = folder + "/" + name
    try FileManager.default.createDirectory(
      at: URL(filePath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(filePath: path))
  }

  func load(_ overrides: ConfigOverrides = ConfigOverrides(), _ environment: [String: String] = [:]) throws -> Config {
    try loadConfig(path: path, overrides: overrides, environment: environment)
  }

  /// The errors as a user sees them, without the folder; empty where the config loads.
  func errors(_ overrides: ConfigOverrides = ConfigOverrides(), _ environment: [String: String] = [:]) -> String {
    do throws(Problems) {
      _ = try loadConfig(path: path, overrides: overrides, environment: environment)
      return ""
    } catch {
      let errors = error.diagnostics.filter { $0.severity == .error }
      return errors.map(\.description).joined(separator: "\n").replacing(folder + "/", with: "")
    }
  }

  func warnings(_ overrides: ConfigOverrides = ConfigOverrides(), _ environment: [String: String] = [:]) throws -> String {
    try load(overrides, environment).warnings.map(\.description).joined(separator: "\n").replacing(folder + "/", with: "")
  }
}

/// One bad config and every word that is said about it.
struct BadConfig: CustomTestStringConvertible, Sendable {
  let name: String
  let config: String
  let says: String
  var testDescription: String { name }

  init(_ name: String, _ config: String, says: String) {
    self.name = name
    self.config = config
    self.says = says
  }
}

/// A config whose only target has these further lines.
func withTarget(_ lines: String...) -> String {
  (["targets:", "  candidate:", "    provider: openai", "    model: m"] + lines.map { "    " + $0 }).joined(separator: "\n") + "\n"
}

/// A config with these rules, from line 2 on.
func withRules(_ rules: String...) -> String {
  (["policy:", "  offline:"] + rules.map { "    - " + $0 }).joined(separator: "\n") + "\n"
}
