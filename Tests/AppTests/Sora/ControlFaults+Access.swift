import SimulatedSora

extension ControlFault {
  private static func certificate(
    _ what: String, _ certificate: Certificate, hasCAFile: Bool = true, message: String,
    _ exitCode: Int32
  ) -> ControlFault {
    ControlFault(
      what: what, peer: .secure(certificate, [RawServer.reply("200 OK", "[]")]),
      arguments: ["sora", "list-channels"] + (hasCAFile ? ["--ca-file", "CA_FILE"] : []),
      message: message, exitCode: exitCode, scheme: "https")
  }

  private static let unverified =
    "no secure connection to https://127.0.0.1:PORT/: its certificate cannot be verified; is it "
    + "expired, is this machine's clock right, and "

  /// What TLS makes of the server's certificate.
  static let certificates: [ControlFault] = [
    certificate(
      "a self-signed certificate", .selfSigned, hasCAFile: false,
      message: unverified + "does the system know its CA? A CA of your own, or a self-signed "
        + "certificate, is trusted with --ca-file", 69),
    certificate(
      "a certificate of an unknown CA", .signed, hasCAFile: false,
      message: unverified + "does the system know its CA? A CA of your own, or a self-signed "
        + "certificate, is trusted with --ca-file", 69),
    certificate(
      "a self-signed certificate, given as CA file", .selfSigned, message: "(none)", 0),
    certificate("a certificate of the CA in the CA file", .signed, message: "(none)", 0),
    certificate(
      "a certificate of another CA than that in the CA file", .signedByAnotherCA,
      message: unverified + "is the root of its CA in the file of --ca-file?", 69),
    certificate(
      "a certificate of the CA in the CA file, for another name", .signedForAnotherName,
      message:
        "no secure connection to https://127.0.0.1:PORT/: its certificate is for another name", 69),
  ]

  private static func file(
    _ what: String, _ arguments: String..., message: String
  ) -> ControlFault {
    ControlFault(
      what: what, peer: .none, arguments: ["sora", "list-channels"] + arguments, message: message,
      exitCode: 78)
  }

  /// Files that cannot be used; nothing is sent.
  static let files: [ControlFault] = [
    file(
      "a file with the access token that is not there", "--access-token-file",
      "/nonexistent/token",
      message: "--access-token-file: /nonexistent/token cannot be read: No such file or directory"),
    file(
      "a directory for the file with the access token", "--access-token-file", "/",
      message: "--access-token-file: / cannot be read: Is a directory"),
    file(
      "an empty file for the access token", "--access-token-file", "/dev/null",
      message: "--access-token-file: /dev/null is empty"),
    file(
      "a CA file that is not there", "--ca-file", "/nonexistent/ca.pem",
      message: "--ca-file: /nonexistent/ca.pem cannot be read: No such file or directory"),
    file(
      "a directory for the CA file", "--ca-file", "/",
      message: "--ca-file: / cannot be read: Is a directory"),
    file("an empty CA file", "--ca-file", "/dev/null", message: "--ca-file: /dev/null is empty"),
    file(
      "a CA file without certificates", "--ca-file", "/etc/passwd",
      message: "--ca-file: /etc/passwd has no certificate in PEM"),
    file(
      "several of these at once", "--ca-file", "/dev/null", "--api-url", "sora",
      "--access-token-file", "/",
      message: """
        the settings have 3 problems:
          - --access-token-file: / cannot be read: Is a directory
          - --ca-file: /dev/null is empty
          - --api-url: the URL sora cannot be used: must begin with http:// or https://; is \
        http://sora/ meant?
        """),
  ]
}
