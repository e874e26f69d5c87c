import PortcullisCore

extension Target {
  /// Names the model of a target whose answers are in a file and whose `model` was not written.
  ///
  /// Recordings say which model answered, and answer only for it; rules may, and a target that is silent takes any.
  ///
  /// - Throws: `Problems` or a `Diagnostic`: recordings of several models, or none that can be read.
  mutating func takeModelFromFile(_ files: ProjectFiles) throws {
    guard let file = source?.file else { return }
    if provider == "replay" {
      let models = try loadRecordings(at: [file], project: files).recordings.compactMap(\.model)
      let names = models.reduce(into: [String]()) { names, model in
        if !names.contains(where: { sameBytes($0, model) }) { names.append(model) }
      }
      guard names.count <= 1 else {
        throw Diagnostic(
          .error, "these recordings are of several models: " + names.prefix(5).joined(separator: ", "), at: Place(file: file),
          help: "name one as the target's 'model'")
      }
      if let name = names.first {
        model = name
        return
      }
    }
    let name = file.split(separator: "/").last.map { $0.prefix { $0 != "." } } ?? ""
    model = name.isEmpty ? provider : String(name)
    if answersAs.isEmpty { answersAs = ["*"] }
  }
}
