import PortcullisChecks
import PortcullisCore

/// Finds and opens the files of one evalset.
struct EvalsetFiles {
  /// As given: a folder, or one file of cases.
  let path: String
  let project: ProjectFiles
  let list: ProblemList
  private let folder: String
  private let isFolderGiven: Bool

  init(path: String, project: ProjectFiles, _ list: ProblemList) {
    var path = path
    while path.utf8.count > 1, path.hasSuffix("/") { path.removeLast() }
    self.project = project
    self.list = list
    isFolderGiven = isFolder(path)
    let isSettings = !isFolderGiven && (path == "evalset.yaml" || path.hasSuffix("/evalset.yaml"))
    self.path = isSettings ? PortcullisFormats.folder(of: path) : path
    folder = isFolderGiven ? path : PortcullisFormats.folder(of: path)
  }

  /// Whether all of the evalset is read, not one file of it.
  var isWhole: Bool { isFolderGiven || path == folder }

  /// The settings, and the file they stand in (also where there is none).
  func settings() throws -> (EvalsetSettings, file: String) {
    let file = joined(folder, "evalset.yaml")
    var settings = EvalsetSettings(name: defaultName)
    guard exists(file) else {
      for near in ["evalset.yml", "evalset.json"] where exists(joined(folder, near)) {
        list.add(
          Diagnostic(.error, "the settings of an evalset are in 'evalset.yaml'", at: Place(file: joined(folder, near)), help: "rename it"))
      }
      if !exists(path.isEmpty ? "." : path) { throw Problems([Diagnostic(.error, "there is no such evalset", at: Place(file: path))]) }
      return (settings, file)
    }
    do {
      let bytes = try project.file(named: "evalset.yaml", in: folder, limit: 1 << 20).readAll()
      if let root = try readYAML(bytes, file: file) {
        settings = EvalsetSettings(root, name: defaultName, FileProblems(file: file, list), read: text)
      } else {
        list.add(Diagnostic(.error, "the file is empty", at: Place(file: file), help: "every key has a default: remove the file"))
      }
    } catch { try list.add(error) }
    return (settings, file)
  }

  private var defaultName: String {
    let real = resolvedPath(folder.isEmpty ? "." : folder) ?? folder
    let name = String(real.split(separator: "/").last ?? "evalset")
    guard !isWhole else { return name }
    let stem = String((path.split(separator: "/").last ?? "").prefix { $0 != "." })
    return stem == "cases" || stem.isEmpty ? name : stem
  }

  func sources(_ settings: EvalsetSettings) throws -> [CaseSource] {
    var found = [CaseSource]()
    func open(_ name: String, _ place: Place?, _ mapping: FieldMapping?) {
      do throws(Diagnostic) {
        let file = isWhole ? try project.file(named: name, in: folder, limit: .max) : try project.file(given: name, limit: .max)
        if !found.contains(where: { $0.file.identity == file.identity }) { found.append(try CaseSource(file, mapping: mapping)) }
      } catch { list.add(place.map { misnamed(name, error, at: $0) } ?? error) }
    }
    guard isWhole else {
      open(path, nil, mapping(ofFileIn: settings))
      return found
    }
    for source in settings.sources ?? [] {
      let matches = problem(inPath: source.pattern) == nil ? filesMatching(source.pattern, in: folder) : [source.pattern]
      if matches.isEmpty { list.add(Diagnostic(.error, "'\(source.pattern)' matches no file", at: source.place)) }
      for match in matches { open(match, source.place, source.mapping) }
    }
    guard settings.sources == nil else { return found }
    let names = ["cases.yaml", "cases.jsonl", "cases.csv"]
    for name in names where exists(joined(folder, name)) {
      open(name, nil, nil)
    }
    if found.isEmpty, list.errorCount == 0 {
      list.add(
        Diagnostic(
          .error, "the evalset has no cases", at: Place(file: path), help: "it holds none of \(names.joined(separator: ", "))"))
    }
    return found
  }

  /// The place to mend is where the file is named.
  private func misnamed(_ name: String, _ error: Diagnostic, at place: Place) -> Diagnostic {
    let message = error.message.contains("'\(name)'") ? error.message : "'\(name)': \(error.message)"
    return Diagnostic(.error, message, at: place, help: error.help)
  }

  /// The field mapping under which the settings name the one file that was given.
  private func mapping(ofFileIn settings: EvalsetSettings) -> FieldMapping? {
    let name = String(path.split(separator: "/").last ?? "")
    return settings.sources?.first { matchesGlob(name, $0.pattern) }?.mapping
  }

  func rubrics(_ settings: EvalsetSettings) throws -> [String: Rubric] {
    var rubrics = [String: Rubric]()
    let named = settings.rubrics?.name ?? "rubrics"
    if let place = settings.rubrics?.place {
      let trouble = problem(inPath: named) ?? (isFolder(joined(folder, named)) ? nil : "there is no folder '\(named)'")
      if let trouble { list.add(Diagnostic(.error, trouble, at: place)) }
    }
    guard problem(inPath: named) == nil else { return [:] }
    for name in names(in: joined(folder, named)) where name.hasSuffix(".md") {
      do {
        let file = try project.file(named: joined(named, name), in: folder)
        let rubric = try loadRubric(file)
        rubrics[rubric.name] = rubric
      } catch { try list.add(error) }
    }
    return rubrics
  }

  /// A text file that the settings name.
  private func text(_ name: String, _ place: Place) -> (file: String, text: String)? {
    do throws(Diagnostic) {
      let file = try project.file(named: name, in: folder, limit: 4 << 20)
      let text = try SourceText(try file.readAll(), file: file.shown)
      return (file.shown, String(decoding: text.bytes, as: UTF8.self))
    } catch {
      list.add(error.place?.line == nil ? misnamed(name, error, at: place) : error)
      return nil
    }
  }
}
