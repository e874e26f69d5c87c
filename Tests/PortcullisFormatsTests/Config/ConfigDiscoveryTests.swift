import Foundation
import Testing

@testable import PortcullisFormats

/// Folders `a/b` below a project's folder, with a config in each folder of `configs`.
private func tree(_ configs: String..., repository: String?) throws -> ConfigProject {
  let project = try ConfigProject("seed: 1\n", files: ["a/b/x": ""])
  if !configs.contains("") { try FileManager.default.removeItem(atPath: project.path) }
  for folder in configs where !folder.isEmpty { try project.write("seed: 1\n", to: folder + "/portcullis.yaml") }
  if let repository { try project.write("", to: repository + "/.git") }
  return project
}

@Test func theNearestConfigUpToTheRepositorysRootHolds() throws {
  let both = try tree("", "a", repository: "")
  #expect(findConfig(from: both.folder + "/a/b") == both.folder + "/a/b/../portcullis.yaml")
  let root = try tree("", repository: "")
  #expect(findConfig(from: root.folder + "/a/b") == root.folder + "/a/b/../../portcullis.yaml")
}

@Test func noConfigAboveTheRepositoryHolds() throws {
  let project = try tree("", repository: "a")
  #expect(findConfig(from: project.folder + "/a/b") == nil)
}

@Test func outsideARepositoryOnlyTheFolderItselfIsSearched() throws {
  let project = try tree("", "a/b", repository: nil)
  #expect(findConfig(from: project.folder + "/a") == nil)
  #expect(findConfig(from: project.folder + "/a/b") == project.folder + "/a/b/portcullis.yaml")
}
