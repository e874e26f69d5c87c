import Glibc
import PortcullisCore
import Testing

@testable import PortcullisFormats

struct ProjectFilesTests {
  @Test func aNamedFileMustLieInsideTheProject() throws {
    let folder = try TestFolder()
    try folder.write("project/a/in.txt", "in")
    try folder.write("project/b/in.txt", "in")
    try folder.write("project-evil/out.txt", "out")
    try folder.link("project/a/inner", to: folder.path + "/project/b/in.txt")
    try folder.link("project/a/outer", to: folder.path + "/project-evil/out.txt")
    try folder.link("project/a/out", to: folder.path + "/project-evil")
    try folder.link("project/a/circle", to: "circle")
    let files = try ProjectFiles(root: folder.path + "/project")
    func says(_ name: String) throws -> [String] {
      try folder.problems { _ = try files.file(named: name, in: folder.path + "/project/a") }.map { $0.prefix { $0 != "\n" } }.map(
        String.init)
    }
    #expect(try says("in.txt") == [])
    #expect(try says("./in.txt") == [])
    #expect(try says("inner") == [])
    #expect(try says("outer") == ["project/a/outer: error: the file lies outside the project folder"])
    #expect(try says("out/out.txt") == ["project/a/out/out.txt: error: the file lies outside the project folder"])
    #expect(try says("../b/in.txt") == ["project/a/../b/in.txt: error: '../b/in.txt' leads out of its folder"])
    #expect(try says("none") == ["project/a/none: error: there is no such file"])
    #expect(try says("circle") == ["project/a/circle: error: its symbolic links run in a circle"])
    #expect(try says("") == ["project/a/: error: the file name is empty"])
    #expect(try says("~/x") == ["project/a/~/x: error: '~/x' points to a home folder"])
    #expect(try says("/etc/passwd").first?.hasSuffix("error: '/etc/passwd' is an absolute path") == true)
  }

  @Test func aFileFromTheCommandLineMayNameItsNeighbours() throws {
    let folder = try TestFolder()
    try folder.write("elsewhere/a.txt", "in")
    try folder.write("project/x", "")
    let files = try ProjectFiles(root: folder.path + "/project")
    #expect(try files.file(named: "a.txt", in: folder.path + "/elsewhere").readAll() == Array("in".utf8))
    #expect(throws: Diagnostic.self) { try files.file(named: "../project/x", in: folder.path + "/elsewhere") }
  }

  @Test func namesAreComparedByWholeComponents() {
    #expect(isInside("/suite/a", "/suite"))
    #expect(isInside("/suite", "/suite"))
    #expect(isInside("/a", "/"))
    #expect(!isInside("/suite-evil/a", "/suite"))
    #expect(!isInside("/", "/suite"))
  }

  // A05–A08. A pipe without a writer must not be waited for.
  @Test(.timeLimit(.minutes(1))) func onlyRegularFilesAreRead() throws {
    let folder = try TestFolder()
    #expect(mkfifo(folder.path + "/pipe", 0o600) == 0)
    try folder.write("large", "12345")
    let files = try folder.project
    func says(_ path: String) throws -> [String] { try folder.problems { _ = try files.file(given: path, limit: 4) } }
    #expect(try says(folder.path + "/pipe") == ["pipe: error: this is a pipe; only regular files are read"])
    #expect(try says("/dev/zero") == ["/dev/zero: error: this is a device; only regular files are read"])
    #expect(try says(folder.path) == ["\(folder.path): error: this is a folder, not a file"])
    #expect(try says(folder.path + "/large") == ["large: error: the file has 5 bytes; at most 4 are read"])
    #expect(try says(folder.path + "/none") == ["none: error: there is no such file"])
  }

  @Test(.disabled(if: geteuid() == 0, "root may read everything")) func anUnreadableFileIsNamed() throws {
    let folder = try TestFolder()
    chmod(try folder.write("closed", "x"), 0)
    let said = try folder.problems { _ = try folder.project.file(given: folder.path + "/closed", limit: 4) }
    #expect(said == ["closed: error: the file may not be read (permission denied)"])
  }

  // A13; the place is shown escaped.
  @Test(arguments: ["a b.jsonl", "ü.jsonl", "-x.jsonl", "a\nb.jsonl", "$(x).jsonl"]) func oddFileNamesAreOpened(_ name: String) throws {
    let folder = try TestFolder()
    try folder.write("set/" + name, goodLine)
    #expect(try folder.load("set/" + name).count == 1)
  }

  @Test func globsMatchOneNameEach() throws {
    let folder = try TestFolder()
    for name in ["a/1.yaml", "a/2.yaml", "a/2.txt", "b/1.yaml", "a/.hidden.yaml", "a/c/3.yaml"] { try folder.write(name, "") }
    #expect(filesMatching("a/*.yaml", in: folder.path) == ["a/1.yaml", "a/2.yaml"])
    #expect(filesMatching("*/1.yaml", in: folder.path) == ["a/1.yaml", "b/1.yaml"])
    #expect(filesMatching("a/1.yaml", in: folder.path) == ["a/1.yaml"])
    #expect(filesMatching("z*", in: folder.path) == [])
  }
}
