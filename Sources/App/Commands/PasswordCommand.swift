import ArgumentParser
import Outputs
import RTSP

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Turns a password into what may stand in a configuration file instead of it.
struct PasswordCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "password",
    abstract: "Make a passwordHash for the settings; the password is read, never an argument.",
    discussion: """
      The password is asked for on the terminal, or read from standard input up to its first
      line end. Take the line for what `authentication` offers; several go into one
      passwordHash with spaces between them. A hash for Digest belongs to the user name, and
      whoever reads it can log in with Digest: keep the file as closely as a password.

      EXAMPLES
        liveview-bridge password cam
        liveview-bridge password cam < password.txt
      """)

  @Argument(help: "User name the password is for.")
  var username: String
  @Option(help: "Rounds of PBKDF2: each login costs them once.")
  var iterations = PasswordHash.defaultIterations

  func validate() throws {
    guard PasswordHash.iterationRange.contains(iterations) else {
      let range = PasswordHash.iterationRange
      throw ValidationError(
        "--iterations \(iterations): must be from \(range.lowerBound) to \(range.upperBound)")
    }
    // The settings refuse the same.
    let isUsable = username.utf8.allSatisfy { byte in
      byte >= 0x20 && byte != 0x7F && !":\"\\".utf8.contains(byte)
    }
    guard !username.isEmpty, isUsable else {
      throw ValidationError(
        "the user name must not hold a colon, quotation mark, backslash or control character")
    }
  }

  func run() throws {
    guard let password = try readPassword() else {
      throw ValidationError("no password was given")
    }
    var generator = SystemRandomNumberGenerator()
    let salt = (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
    print(
      "basic:        \(PasswordHash.derived(from: password, salt: salt, iterations: iterations).text)"
    )
    for (label, algorithm) in [("digest:      ", DigestAlgorithm.md5), ("digestSHA256:", .sha256)] {
      let hash = PasswordHash.digest(
        algorithm, username: username, realm: RTSPOutput.realm, password: password)
      print("\(label) \(hash.text)")
    }
  }

  /// Nil if it is empty.
  private func readPassword() throws -> String? {
    guard isatty(STDIN_FILENO) == 1 else { return Self.nonEmpty(readLine()) }
    let first = try Self.askHidden("Password for \(username): ")
    guard first == (try Self.askHidden("Once more: ")) else {
      throw ValidationError("the two are not the same")
    }
    return first
  }

  private static func nonEmpty(_ line: String?) -> String? {
    line.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Asks on the terminal without showing what is typed.
  ///
  /// Ctrl-C comes as a byte and not as a signal meanwhile, so that the terminal never stays mute.
  ///
  /// - Throws: `ExitCode` if the user gives up.
  private static func askHidden(_ question: String) throws -> String? {
    show(question)
    var settings = termios()
    let isTerminal = tcgetattr(STDIN_FILENO, &settings) == 0
    var hidden = settings
    hidden.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
    withUnsafeMutableBytes(of: &hidden.c_cc) { characters in
      // Each byte at once.
      characters[Int(VMIN)] = 1
      characters[Int(VTIME)] = 0
    }
    if isTerminal { tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) }
    defer {
      if isTerminal { tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings) }
      show("\n")
    }
    var line = HiddenLine()
    var byte: UInt8 = 0
    while true {
      let count = read(STDIN_FILENO, &byte, 1)
      if count < 0, errno == EINTR { continue }
      guard count == 1 else { return nonEmpty(line.text) }
      switch line.typed(byte) {
      case .goOn: break
      case .done: return nonEmpty(line.text)
      // As a shell counts a program that SIGINT ended.
      case .givenUp: throw ExitCode(128 + SIGINT)
      }
    }
  }

  /// Beside the hashes, which may be on their way into a file.
  private static func show(_ text: String) {
    _ = text.withCString { write(STDERR_FILENO, $0, strlen($0)) }
  }
}
