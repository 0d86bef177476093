<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>About</name>
    <message>
        <source>About Ginnel</source>
        <translation>Über Ginnel</translation>
    </message>
    <message>
        <source>Version %1</source>
        <translation>Version %1</translation>
    </message>
    <message>
        <source>Service: version %1</source>
        <translation>Dienst: Version %1</translation>
    </message>
    <message>
        <source>Service: no contact</source>
        <translation>Dienst: kein Kontakt</translation>
    </message>
    <message>
        <source>Connects this machine to IKEv2/IPsec VPNs, and does so without the system&apos;s own IPsec.</source>
        <translation>Verbindet diesen Rechner mit IKEv2/IPsec-VPNs, und zwar ohne das IPsec des Systems.</translation>
    </message>
    <message>
        <source>A ginnel is a narrow covered passage between buildings.</source>
        <translation>Ein „ginnel“ ist im Englischen ein enger, überdachter Durchgang zwischen Häusern.</translation>
    </message>
    <message>
        <source>Ginnel is free software under the Apache License 2.0.</source>
        <translation>Ginnel ist freie Software unter der Apache-Lizenz 2.0.</translation>
    </message>
    <message>
        <source>Made with Qt %1 and PySide6 (GNU LGPL 3), Python %2 (PSF License), OpenSSL and cryptography (Apache License 2.0, BSD), msgspec (BSD).</source>
        <translation>Mit Qt %1 und PySide6 (GNU LGPL 3), Python %2 (PSF-Lizenz), OpenSSL und cryptography (Apache-Lizenz 2.0, BSD) sowie msgspec (BSD) gemacht.</translation>
    </message>
</context>
<context>
    <name>App</name>
    <message>
        <source>Ginnel goes on here</source>
        <translation>Ginnel läuft hier weiter</translation>
    </message>
    <message>
        <source>Quit it with this icon&apos;s menu.</source>
        <translation>Beenden können Sie es im Menü dieses Symbols.</translation>
    </message>
</context>
<context>
    <name>CandidateView</name>
    <message>
        <source>There is a connection of this name. Choose another name, or replace it.</source>
        <translation>Es gibt schon eine Verbindung dieses Namens. Wählen Sie einen anderen Namen, oder ersetzen Sie sie.</translation>
    </message>
    <message>
        <source>Missing: %1</source>
        <translation>Es fehlt: %1</translation>
    </message>
    <message>
        <source>Say whether to trust the certificate.</source>
        <translation>Sagen Sie, ob dem Zertifikat vertraut werden soll.</translation>
    </message>
    <message>
        <source>&amp;Name</source>
        <translation>&amp;Name</translation>
    </message>
    <message>
        <source>Name of the connection</source>
        <translation>Name der Verbindung</translation>
    </message>
    <message>
        <source>What happens to stored secrets</source>
        <translation>Was mit gespeicherten Geheimnissen geschieht</translation>
    </message>
    <message>
        <source>&amp;Replace the one that there is, with its secrets</source>
        <translation>Die vorhandene samt ihren Geheimnissen e&amp;rsetzen</translation>
    </message>
    <message>
        <source>Replace the connection of this name</source>
        <translation>Die Verbindung dieses Namens ersetzen</translation>
    </message>
    <message>
        <source>Updates %1, which came from the same file. Its secrets stay.</source>
        <translation>Aktualisiert %1 aus derselben Datei. Die Geheimnisse bleiben.</translation>
    </message>
    <message>
        <source>A new connection</source>
        <translation>Eine neue Verbindung</translation>
    </message>
    <message>
        <source>Updates %1, which came from the same file.</source>
        <translation>Aktualisiert %1 aus derselben Datei.</translation>
    </message>
    <message>
        <source>The gateway is another one than before (%1 → %2): stored secrets are forgotten.</source>
        <translation>Das Gateway ist ein anderes als zuvor (%1 → %2): Gespeicherte Geheimnisse werden vergessen.</translation>
    </message>
    <message>
        <source>What the file does not say</source>
        <translation>Was die Datei nicht sagt</translation>
    </message>
    <message>
        <source>Choose a &amp;file…</source>
        <translation>&amp;Datei wählen…</translation>
    </message>
    <message>
        <source>&amp;Open</source>
        <translation>Ö&amp;ffnen</translation>
    </message>
    <message>
        <source>Open the certificate&apos;s file with this password</source>
        <translation>Die Datei des Zertifikats mit diesem Passwort öffnen</translation>
    </message>
    <message>
        <source>The file brings a certificate that would vouch for the gateway. Compare its fingerprint with what your administrator tells you.</source>
        <translation>Die Datei bringt ein Zertifikat mit, das für das Gateway bürgen soll. Vergleichen Sie seinen Fingerabdruck mit dem, den Ihr Administrator Ihnen nennt.</translation>
    </message>
    <message>
        <source>&amp;Trust it, for this connection only</source>
        <translation>Ihm &amp;vertrauen, nur für diese Verbindung</translation>
    </message>
    <message>
        <source>&amp;Do not trust it; only what this machine trusts counts</source>
        <translation>Ihm nich&amp;t vertrauen; nur was dieser Rechner anerkennt, zählt</translation>
    </message>
</context>
<context>
    <name>CertificateFiles</name>
    <message>
        <source>Certificates (%1)</source>
        <translation>Zertifikate (%1)</translation>
    </message>
    <message>
        <source>All files (%1)</source>
        <translation>Alle Dateien (%1)</translation>
    </message>
    <message>
        <source>Password of the file</source>
        <translation>Passwort der Datei</translation>
    </message>
    <message>
        <source>That password does not open %1. Try again:</source>
        <translation>Dieses Passwort öffnet %1 nicht. Noch ein Versuch:</translation>
    </message>
    <message>
        <source>%1 is protected. Its password:</source>
        <translation>%1 ist geschützt. Das Passwort dazu:</translation>
    </message>
    <message>
        <source>The file cannot be used</source>
        <translation>Die Datei ist nicht zu gebrauchen</translation>
    </message>
    <message>
        <source>%1 holds no certificate or key that can be used.</source>
        <translation>%1 enthält kein Zertifikat und keinen Schlüssel, die zu gebrauchen wären.</translation>
    </message>
    <message>
        <source>PEM, DER and PKCS#12 files are read, such as .pem, .crt and .p12.</source>
        <translation>Gelesen werden PEM-, DER- und PKCS#12-Dateien, etwa .pem, .crt und .p12.</translation>
    </message>
</context>
<context>
    <name>CertificateView</name>
    <message>
        <source>itself</source>
        <translation>sich selbst</translation>
    </message>
    <message>
        <source>Vouched for by %1</source>
        <translation>Beglaubigt von %1</translation>
    </message>
    <message>
        <source>For %1</source>
        <translation>Für %1</translation>
    </message>
    <message>
        <source>SHA-256 fingerprint of %1</source>
        <translation>SHA-256-Fingerabdruck von %1</translation>
    </message>
    <message>
        <source>SHA-256 fingerprint</source>
        <translation>SHA-256-Fingerabdruck</translation>
    </message>
    <message>
        <source>Certificate of %1</source>
        <translation>Zertifikat von %1</translation>
    </message>
    <message>
        <source>Valid from %1 to %2</source>
        <translation>Gültig von %1 bis %2</translation>
    </message>
    <message>
        <source>Not valid before %1 (to %2)</source>
        <translation>Erst ab %1 gültig (bis %2)</translation>
    </message>
    <message>
        <source>Valid from %1, and ends soon: %2</source>
        <translation>Gültig ab %1, endet bald: %2</translation>
    </message>
    <message>
        <source>Has expired: it was valid from %1 to %2</source>
        <translation>Abgelaufen: es galt von %1 bis %2</translation>
    </message>
</context>
<context>
    <name>Chart</name>
    <message>
        <source>2 minutes ago</source>
        <translation>vor 2 Minuten</translation>
    </message>
    <message>
        <source>now</source>
        <translation>jetzt</translation>
    </message>
</context>
<context>
    <name>Commands</name>
    <message>
        <source>&amp;Import a file…</source>
        <translation>Datei &amp;importieren…</translation>
    </message>
    <message>
        <source>&amp;New connection…</source>
        <translation>&amp;Neue Verbindung…</translation>
    </message>
    <message>
        <source>&amp;Close window</source>
        <translation>Fenster s&amp;chließen</translation>
    </message>
    <message>
        <source>&amp;Preferences…</source>
        <translation>&amp;Einstellungen…</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Beenden</translation>
    </message>
    <message>
        <source>&amp;Connect</source>
        <translation>&amp;Verbinden</translation>
    </message>
    <message>
        <source>&amp;Disconnect</source>
        <translation>&amp;Trennen</translation>
    </message>
    <message>
        <source>&amp;Try now</source>
        <translation>&amp;Jetzt versuchen</translation>
    </message>
    <message>
        <source>&amp;Answer…</source>
        <translation>&amp;Antworten…</translation>
    </message>
    <message>
        <source>Cop&amp;y details</source>
        <translation>Einzelheiten &amp;kopieren</translation>
    </message>
    <message>
        <source>&amp;Edit…</source>
        <translation>&amp;Bearbeiten…</translation>
    </message>
    <message>
        <source>Re&amp;name…</source>
        <translation>Umbe&amp;nennen…</translation>
    </message>
    <message>
        <source>D&amp;uplicate…</source>
        <translation>&amp;Duplizieren…</translation>
    </message>
    <message>
        <source>E&amp;xport…</source>
        <translation>E&amp;xportieren…</translation>
    </message>
    <message>
        <source>De&amp;lete…</source>
        <translation>&amp;Löschen…</translation>
    </message>
    <message>
        <source>&amp;Find a connection</source>
        <translation>Verbindung &amp;suchen</translation>
    </message>
    <message>
        <source>&amp;About Ginnel</source>
        <translation>&amp;Über Ginnel</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Datei</translation>
    </message>
    <message>
        <source>&amp;Connection</source>
        <translation>&amp;Verbindung</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ansicht</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
</context>
<context>
    <name>ConnectionPage</name>
    <message>
        <source>for %1</source>
        <translation>seit %1</translation>
    </message>
</context>
<context>
    <name>Decision</name>
    <message>
        <source>Connected</source>
        <translation>Verbunden</translation>
    </message>
    <message>
        <source>Disconnected</source>
        <translation>Getrennt</translation>
    </message>
    <message>
        <source>Left as it is</source>
        <translation>Bleibt, wie es ist</translation>
    </message>
    <message>
        <source>You are here</source>
        <translation>Hier sind Sie</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>Wired networks</source>
        <translation>Kabelnetze</translation>
    </message>
    <message>
        <source>Wi-Fi networks</source>
        <translation>WLANs</translation>
    </message>
    <message>
        <source>Mobile networks</source>
        <translation>Mobilfunknetze</translation>
    </message>
    <message>
        <source>Wi-Fi network %1</source>
        <translation>WLAN %1</translation>
    </message>
    <message>
        <source>Every network</source>
        <translation>Jedes Netz</translation>
    </message>
    <message>
        <source>Every other network</source>
        <translation>Jedes andere Netz</translation>
    </message>
    <message>
        <source>A name below %1</source>
        <translation>Ein Name unter %1</translation>
    </message>
    <message>
        <source>Certain networks</source>
        <translation>Bestimmte Netze</translation>
    </message>
</context>
<context>
    <name>DiagnosisPage</name>
    <message>
        <source>Diagnostics</source>
        <translation>Diagnose</translation>
    </message>
    <message>
        <source>Looks at everything between this machine and the gateway, and says what to do about it. That takes half a minute at most, and changes nothing.</source>
        <translation>Untersucht alles zwischen diesem Rechner und dem Gateway und sagt, was zu tun ist. Das dauert höchstens eine halbe Minute und ändert nichts.</translation>
    </message>
    <message>
        <source>The report was not saved</source>
        <translation>Der Bericht wurde nicht gespeichert</translation>
    </message>
    <message>
        <source>Choose another folder.</source>
        <translation>Wählen Sie einen anderen Ordner.</translation>
    </message>
    <message>
        <source>Saved as %1. Look through it before you send it to anyone.</source>
        <translation>Als %1 gespeichert. Sehen Sie ihn durch, bevor Sie ihn jemandem schicken.</translation>
    </message>
    <message>
        <source>&amp;Save report…</source>
        <translation>Bericht &amp;speichern…</translation>
    </message>
    <message>
        <source>Writes all of it to a file for whoever helps you, without passwords and keys</source>
        <translation>Schreibt alles in eine Datei für Ihre Helfer, ohne Passwörter und Schlüssel</translation>
    </message>
    <message>
        <source>&amp;Leave names and addresses in the report</source>
        <translation>&amp;Namen und Adressen im Bericht lassen</translation>
    </message>
    <message>
        <source>Else user names and public addresses are masked</source>
        <translation>Sonst werden Benutzernamen und öffentliche Adressen unkenntlich gemacht</translation>
    </message>
    <message>
        <source>Progress of the examination</source>
        <translation>Fortschritt der Untersuchung</translation>
    </message>
    <message>
        <source>Reports (*.tar.gz)</source>
        <translation>Berichte (*.tar.gz)</translation>
    </message>
    <message>
        <source>Save the report</source>
        <translation>Bericht speichern</translation>
    </message>
    <message>
        <source>&amp;Examine %1</source>
        <translation>%1 &amp;untersuchen</translation>
    </message>
    <message>
        <source>Beginning…</source>
        <translation>Es geht los…</translation>
    </message>
    <message>
        <source>Problems found: %1</source>
        <translation>Gefundene Probleme: %1</translation>
    </message>
    <message>
        <source>No problem found</source>
        <translation>Kein Problem gefunden</translation>
    </message>
</context>
<context>
    <name>Dialogs</name>
    <message>
        <source>Delete a connection</source>
        <translation>Verbindung löschen</translation>
    </message>
    <message>
        <source>Delete %1?</source>
        <translation>%1 löschen?</translation>
    </message>
    <message>
        <source>Its secrets are forgotten with it. This cannot be undone.</source>
        <translation>Ihre Geheimnisse werden mit vergessen. Das lässt sich nicht rückgängig machen.</translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation>&amp;Löschen</translation>
    </message>
    <message>
        <source>A copy of %1</source>
        <translation>Eine Kopie von %1</translation>
    </message>
    <message>
        <source>That was not done</source>
        <translation>Das ging nicht</translation>
    </message>
</context>
<context>
    <name>DropSign</name>
    <message>
        <source>Drop the file to import it</source>
        <translation>Lassen Sie die Datei los, um sie zu importieren</translation>
    </message>
</context>
<context>
    <name>Editor</name>
    <message>
        <source>New connection</source>
        <translation>Neue Verbindung</translation>
    </message>
    <message>
        <source>Edit %1</source>
        <translation>%1 bearbeiten</translation>
    </message>
    <message>
        <source>&amp;Advanced</source>
        <translation>&amp;Erweitert</translation>
    </message>
    <message>
        <source>Leave the editor</source>
        <translation>Bearbeitung verlassen</translation>
    </message>
    <message>
        <source>What you changed is not saved yet.</source>
        <translation>Was Sie geändert haben, ist noch nicht gespeichert.</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>Wiederholen</translation>
    </message>
    <message>
        <source>Pages of fields</source>
        <translation>Seiten mit Feldern</translation>
    </message>
    <message>
        <source>What is wrong</source>
        <translation>Was nicht stimmt</translation>
    </message>
    <message>
        <source>Why it was not saved</source>
        <translation>Warum nicht gespeichert wurde</translation>
    </message>
    <message>
        <source>Shows every field, page by page</source>
        <translation>Zeigt jedes Feld, Seite für Seite</translation>
    </message>
    <message>
        <source>&amp;Create</source>
        <translation>&amp;Anlegen</translation>
    </message>
    <message>
        <source>&amp;Save changes</source>
        <translation>Änderungen &amp;speichern</translation>
    </message>
    <message>
        <source>Cance&amp;l</source>
        <translation>Abb&amp;rechen</translation>
    </message>
    <message>
        <source>… and %1 more</source>
        <translation>… und %1 weitere</translation>
    </message>
</context>
<context>
    <name>Error</name>
    <message>
        <source>The gateway and this connection do not agree on who is who.</source>
        <translation>Gateway und Verbindung sind sich nicht einig, wer wer ist.</translation>
    </message>
    <message>
        <source>Check the shared key or the certificate, and the identities of both sides, in the editor.</source>
        <translation>Prüfen Sie beim Bearbeiten den gemeinsamen Schlüssel oder das Zertifikat und die Identitäten beider Seiten.</translation>
    </message>
    <message>
        <source>The gateway goes by another name than this connection expects.</source>
        <translation>Das Gateway heißt anders, als diese Verbindung erwartet.</translation>
    </message>
    <message>
        <source>If the name in the details is the gateway&apos;s, enter it as the gateway&apos;s identity in the editor. Otherwise do not connect.</source>
        <translation>Wenn der Name in den Einzelheiten der des Gateways ist, geben Sie ihn beim Bearbeiten als dessen Identität ein. Sonst verbinden Sie sich nicht.</translation>
    </message>
    <message>
        <source>The gateway accepts none of the algorithms that were offered.</source>
        <translation>Das Gateway nimmt keines der angebotenen Verfahren an.</translation>
    </message>
    <message>
        <source>Ask its administrator which ones it accepts, and choose them in the editor. Diagnostics can find out, too.</source>
        <translation>Fragen Sie seinen Administrator, welche es annimmt, und wählen Sie diese beim Bearbeiten. Auch die Diagnose kann es herausfinden.</translation>
    </message>
    <message>
        <source>The gateway refuses the networks that this connection asks for.</source>
        <translation>Das Gateway lehnt die Netze ab, die diese Verbindung verlangt.</translation>
    </message>
    <message>
        <source>Ask its administrator which networks it serves, and enter them in the editor.</source>
        <translation>Fragen Sie seinen Administrator, welche Netze es bedient, und geben Sie diese beim Bearbeiten ein.</translation>
    </message>
    <message>
        <source>The gateway has no address left for this connection.</source>
        <translation>Das Gateway hat keine Adresse mehr für diese Verbindung.</translation>
    </message>
    <message>
        <source>Try again later. If it goes on, its administrator has to enlarge the range of addresses.</source>
        <translation>Versuchen Sie es später noch einmal. Wenn es so bleibt, muss sein Administrator den Adressbereich vergrößern.</translation>
    </message>
    <message>
        <source>The gateway does not answer.</source>
        <translation>Das Gateway antwortet nicht.</translation>
    </message>
    <message>
        <source>Check that the Internet can be reached, and the server&apos;s name. The network may also block VPNs: Diagnostics tells.</source>
        <translation>Prüfen Sie, ob das Internet erreichbar ist, und den Namen des Servers. Das Netz kann auch VPNs sperren: die Diagnose sagt es.</translation>
    </message>
    <message>
        <source>The gateway stopped answering.</source>
        <translation>Das Gateway antwortet nicht mehr.</translation>
    </message>
    <message>
        <source>Check that the Internet can be reached, then connect again.</source>
        <translation>Prüfen Sie, ob das Internet erreichbar ist, und verbinden Sie dann neu.</translation>
    </message>
    <message>
        <source>The gateway was restarted, or gave the connection up.</source>
        <translation>Das Gateway wurde neu gestartet oder hat die Verbindung aufgegeben.</translation>
    </message>
    <message>
        <source>It is connected again by itself. If not, connect again.</source>
        <translation>Sie kommt von selbst wieder. Wenn nicht, verbinden Sie neu.</translation>
    </message>
    <message>
        <source>The gateway sent something that breaks the rules of IKEv2.</source>
        <translation>Das Gateway hat etwas geschickt, das gegen die Regeln von IKEv2 verstößt.</translation>
    </message>
    <message>
        <source>Show the details to the gateway&apos;s administrator.</source>
        <translation>Zeigen Sie die Einzelheiten dem Administrator des Gateways.</translation>
    </message>
    <message>
        <source>The gateway reported an error of its own.</source>
        <translation>Das Gateway hat einen eigenen Fehler gemeldet.</translation>
    </message>
    <message>
        <source>The keys came to the end of their life before the gateway agreed to new ones.</source>
        <translation>Die Schlüssel liefen ab, bevor das Gateway neuen zustimmte.</translation>
    </message>
    <message>
        <source>Connect again.</source>
        <translation>Verbinden Sie neu.</translation>
    </message>
    <message>
        <source>The gateway does not accept the user name or the password.</source>
        <translation>Das Gateway nimmt den Benutzernamen oder das Passwort nicht an.</translation>
    </message>
    <message>
        <source>Connect again, and type the password anew. Check the user name in the editor.</source>
        <translation>Verbinden Sie neu, und geben Sie das Passwort noch einmal ein. Prüfen Sie beim Bearbeiten den Benutzernamen.</translation>
    </message>
    <message>
        <source>The password has expired, and was not changed.</source>
        <translation>Das Passwort ist abgelaufen und wurde nicht geändert.</translation>
    </message>
    <message>
        <source>Connect again and choose a new password, or change it where you usually do.</source>
        <translation>Verbinden Sie neu und wählen Sie ein neues Passwort, oder ändern Sie es dort, wo Sie das sonst tun.</translation>
    </message>
    <message>
        <source>The gateway knows this account, but does not let it in now.</source>
        <translation>Das Gateway kennt dieses Konto, lässt es aber jetzt nicht ein.</translation>
    </message>
    <message>
        <source>Ask its administrator whether the account is locked, limited to certain hours, or not allowed to connect from outside.</source>
        <translation>Fragen Sie seinen Administrator, ob das Konto gesperrt, auf bestimmte Stunden beschränkt oder von außen nicht zugelassen ist.</translation>
    </message>
    <message>
        <source>The gateway refused the login without saying why.</source>
        <translation>Das Gateway hat die Anmeldung abgelehnt, ohne zu sagen, warum.</translation>
    </message>
    <message>
        <source>Check user name, password and certificate. Then ask the gateway&apos;s administrator.</source>
        <translation>Prüfen Sie Benutzernamen, Passwort und Zertifikat. Fragen Sie dann den Administrator des Gateways.</translation>
    </message>
    <message>
        <source>The gateway wants a way to log in that this connection does not allow.</source>
        <translation>Das Gateway verlangt eine Art der Anmeldung, die diese Verbindung nicht zulässt.</translation>
    </message>
    <message>
        <source>If you trust the gateway, allow that way in the editor. MD5 and GTC give away more than the others.</source>
        <translation>Wenn Sie dem Gateway vertrauen, lassen Sie diese Art beim Bearbeiten zu. MD5 und GTC geben mehr preis als die anderen.</translation>
    </message>
    <message>
        <source>Logging in over TLS failed: the gateway&apos;s server and this connection do not agree.</source>
        <translation>Die Anmeldung über TLS ist gescheitert: der Server des Gateways und diese Verbindung werden sich nicht einig.</translation>
    </message>
    <message>
        <source>Check the TLS versions in the editor, and whether the server wants a certificate of yours.</source>
        <translation>Prüfen Sie beim Bearbeiten die TLS-Versionen und ob der Server ein Zertifikat von Ihnen verlangt.</translation>
    </message>
    <message>
        <source>The gateway&apos;s question was not answered in time, or was refused.</source>
        <translation>Die Frage des Gateways wurde nicht rechtzeitig beantwortet oder abgelehnt.</translation>
    </message>
    <message>
        <source>Connect again, and answer the question.</source>
        <translation>Verbinden Sie neu, und beantworten Sie die Frage.</translation>
    </message>
    <message>
        <source>The certificate that the gateway shows at the login cannot be verified.</source>
        <translation>Das Zertifikat, das das Gateway bei der Anmeldung zeigt, lässt sich nicht prüfen.</translation>
    </message>
    <message>
        <source>Do not type a password. Check the trusted certificates and the server&apos;s name in the editor.</source>
        <translation>Geben Sie kein Passwort ein. Prüfen Sie beim Bearbeiten die anerkannten Zertifikate und den Namen des Servers.</translation>
    </message>
    <message>
        <source>The gateway&apos;s certificate, or one that vouches for it, has expired.</source>
        <translation>Das Zertifikat des Gateways, oder eines, das für es bürgt, ist abgelaufen.</translation>
    </message>
    <message>
        <source>Check the date and time of this computer. If they are right, the gateway&apos;s administrator has to renew the certificate.</source>
        <translation>Prüfen Sie Datum und Uhrzeit dieses Rechners. Wenn sie stimmen, muss der Administrator des Gateways das Zertifikat erneuern.</translation>
    </message>
    <message>
        <source>The gateway&apos;s certificate, or one that vouches for it, is not valid yet.</source>
        <translation>Das Zertifikat des Gateways, oder eines, das für es bürgt, gilt noch nicht.</translation>
    </message>
    <message>
        <source>Check the date and time of this computer; its clock is probably slow.</source>
        <translation>Prüfen Sie Datum und Uhrzeit dieses Rechners; seine Uhr geht wohl nach.</translation>
    </message>
    <message>
        <source>Nobody whom this connection trusts vouches for the gateway&apos;s certificate.</source>
        <translation>Niemand, dem diese Verbindung vertraut, bürgt für das Zertifikat des Gateways.</translation>
    </message>
    <message>
        <source>If the gateway has a root certificate of its own, get it from the administrator and add it in the editor. Otherwise somebody may pretend to be the gateway.</source>
        <translation>Wenn das Gateway ein eigenes Wurzelzertifikat hat, lassen Sie es sich vom Administrator geben, und fügen Sie es beim Bearbeiten hinzu. Sonst gibt sich womöglich jemand als das Gateway aus.</translation>
    </message>
    <message>
        <source>The gateway&apos;s certificate, or one that vouches for it, was taken back.</source>
        <translation>Das Zertifikat des Gateways, oder eines, das für es bürgt, wurde zurückgezogen.</translation>
    </message>
    <message>
        <source>Do not connect. Whoever holds it now may be an impostor: ask the gateway&apos;s administrator.</source>
        <translation>Verbinden Sie sich nicht. Wer es jetzt hat, kann ein Betrüger sein: fragen Sie den Administrator des Gateways.</translation>
    </message>
    <message>
        <source>The gateway&apos;s certificate, or one that vouches for it, breaks the rules for certificates.</source>
        <translation>Das Zertifikat des Gateways, oder eines, das für es bürgt, verstößt gegen die Regeln für Zertifikate.</translation>
    </message>
    <message>
        <source>Show the details to the gateway&apos;s administrator, who has to issue another one.</source>
        <translation>Zeigen Sie die Einzelheiten dem Administrator des Gateways; er muss ein anderes ausstellen.</translation>
    </message>
    <message>
        <source>The gateway sent no certificate, and this connection knows none of it.</source>
        <translation>Das Gateway hat kein Zertifikat geschickt, und diese Verbindung kennt keines von ihm.</translation>
    </message>
    <message>
        <source>Ask its administrator to have it send its certificate, or add the certificate in the editor.</source>
        <translation>Bitten Sie seinen Administrator, es das Zertifikat schicken zu lassen, oder fügen Sie es beim Bearbeiten hinzu.</translation>
    </message>
    <message>
        <source>The gateway&apos;s certificate is not meant for a gateway.</source>
        <translation>Das Zertifikat des Gateways ist nicht für ein Gateway gedacht.</translation>
    </message>
    <message>
        <source>Its administrator has to issue one for server authentication.</source>
        <translation>Sein Administrator muss eines für die Server-Authentifizierung ausstellen.</translation>
    </message>
    <message>
        <source>The gateway&apos;s certificate, or one that vouches for it, has a key or a signature that is too weak.</source>
        <translation>Das Zertifikat des Gateways, oder eines, das für es bürgt, hat einen zu schwachen Schlüssel oder eine zu schwache Unterschrift.</translation>
    </message>
    <message>
        <source>Its administrator has to issue another one. The editor can allow SHA-1 signatures, at your risk.</source>
        <translation>Sein Administrator muss ein anderes ausstellen. Beim Bearbeiten können Sie SHA-1-Unterschriften auf eigene Gefahr zulassen.</translation>
    </message>
    <message>
        <source>The gateway&apos;s certificate is made out to another name than this connection expects.</source>
        <translation>Das Zertifikat des Gateways lautet auf einen anderen Namen, als diese Verbindung erwartet.</translation>
    </message>
    <message>
        <source>Check the server&apos;s name. If the gateway goes by another one, enter that as its identity in the editor.</source>
        <translation>Prüfen Sie den Namen des Servers. Wenn das Gateway einen anderen führt, geben Sie ihn beim Bearbeiten als dessen Identität ein.</translation>
    </message>
    <message>
        <source>Nobody could say whether the gateway&apos;s certificate was taken back.</source>
        <translation>Niemand konnte sagen, ob das Zertifikat des Gateways zurückgezogen wurde.</translation>
    </message>
    <message>
        <source>Check that the Internet can be reached, or let such certificates pass in the editor.</source>
        <translation>Prüfen Sie, ob das Internet erreichbar ist, oder lassen Sie beim Bearbeiten solche Zertifikate gelten.</translation>
    </message>
    <message>
        <source>The gateway can sign with SHA-1 only, which is too weak.</source>
        <translation>Das Gateway kann nur mit SHA-1 unterschreiben, und das ist zu schwach.</translation>
    </message>
    <message>
        <source>Ask its administrator for SHA-2. Until then the editor can allow SHA-1, at your risk.</source>
        <translation>Bitten Sie seinen Administrator um SHA-2. Bis dahin können Sie beim Bearbeiten SHA-1 auf eigene Gefahr zulassen.</translation>
    </message>
    <message>
        <source>The gateway and this connection do not share the post-quantum key that one of them insists on.</source>
        <translation>Gateway und Verbindung haben den Post-Quanten-Schlüssel nicht gemeinsam, auf dem eine Seite besteht.</translation>
    </message>
    <message>
        <source>Compare its name and the key itself with the gateway&apos;s administrator.</source>
        <translation>Vergleichen Sie seinen Namen und den Schlüssel selbst mit dem Administrator des Gateways.</translation>
    </message>
    <message>
        <source>The gateway sends this connection on to others without end.</source>
        <translation>Das Gateway schickt diese Verbindung ohne Ende zu anderen weiter.</translation>
    </message>
    <message>
        <source>Try again later. If it goes on, tell the gateway&apos;s administrator, or forbid redirects in the editor.</source>
        <translation>Versuchen Sie es später noch einmal. Wenn es so bleibt, sagen Sie es seinem Administrator, oder verbieten Sie beim Bearbeiten Weiterleitungen.</translation>
    </message>
    <message>
        <source>The PKCS#12 file of this connection cannot be used.</source>
        <translation>Die PKCS#12-Datei dieser Verbindung ist nicht zu gebrauchen.</translation>
    </message>
    <message>
        <source>Check its password. If that is right, ask whoever gave you the file for another one, and choose it in the editor.</source>
        <translation>Prüfen Sie ihr Passwort. Wenn es stimmt, bitten Sie den, der Ihnen die Datei gab, um eine andere, und wählen Sie diese beim Bearbeiten.</translation>
    </message>
    <message>
        <source>There is no such connection any more.</source>
        <translation>Diese Verbindung gibt es nicht mehr.</translation>
    </message>
    <message>
        <source>Choose another one from the list.</source>
        <translation>Wählen Sie eine andere aus der Liste.</translation>
    </message>
    <message>
        <source>This connection cannot be used as it is written.</source>
        <translation>So, wie diese Verbindung geschrieben ist, lässt sie sich nicht benutzen.</translation>
    </message>
    <message>
        <source>Correct what the details name in the editor.</source>
        <translation>Berichtigen Sie beim Bearbeiten, was die Einzelheiten nennen.</translation>
    </message>
    <message>
        <source>The file of this connection cannot be read.</source>
        <translation>Die Datei dieser Verbindung lässt sich nicht lesen.</translation>
    </message>
    <message>
        <source>Delete the connection and import it anew, or have an administrator repair the file in the details.</source>
        <translation>Löschen Sie die Verbindung und importieren Sie sie neu, oder lassen Sie einen Administrator die Datei in den Einzelheiten reparieren.</translation>
    </message>
    <message>
        <source>There is a connection with this name already.</source>
        <translation>Es gibt schon eine Verbindung dieses Namens.</translation>
    </message>
    <message>
        <source>Choose another name, or replace the one that is there.</source>
        <translation>Wählen Sie einen anderen Namen, oder ersetzen Sie die vorhandene.</translation>
    </message>
    <message>
        <source>You have as many connections as one person may have on this computer (%1).</source>
        <translation>Sie haben so viele Verbindungen, wie eine Person auf diesem Rechner haben darf (%1).</translation>
    </message>
    <message>
        <source>Delete those that you no longer need, or ask an administrator.</source>
        <translation>Löschen Sie, was Sie nicht mehr brauchen, oder fragen Sie einen Administrator.</translation>
    </message>
    <message>
        <source>The disk of this computer is full, or cannot be written.</source>
        <translation>Der Datenträger dieses Rechners ist voll oder lässt sich nicht beschreiben.</translation>
    </message>
    <message>
        <source>Nothing was changed. Make room on it, then try again.</source>
        <translation>Nichts wurde geändert. Schaffen Sie Platz darauf, und versuchen Sie es dann noch einmal.</translation>
    </message>
    <message>
        <source>The stored secrets of this connection cannot be opened: their key is missing.</source>
        <translation>Die gespeicherten Geheimnisse dieser Verbindung lassen sich nicht öffnen: ihr Schlüssel fehlt.</translation>
    </message>
    <message>
        <source>They are kept. An administrator has to bring the key back, or you enter the secrets anew in the editor.</source>
        <translation>Sie bleiben erhalten. Ein Administrator muss den Schlüssel zurückbringen, oder Sie geben die Geheimnisse beim Bearbeiten neu ein.</translation>
    </message>
    <message>
        <source>The service may not make the tunnel&apos;s network device.</source>
        <translation>Der Dienst darf das Netzwerkgerät des Tunnels nicht anlegen.</translation>
    </message>
    <message>
        <source>An administrator has to start the service with the rights that it needs.</source>
        <translation>Ein Administrator muss den Dienst mit den nötigen Rechten starten.</translation>
    </message>
    <message>
        <source>This computer&apos;s system offers no device for tunnels.</source>
        <translation>Das System dieses Rechners bietet kein Gerät für Tunnel an.</translation>
    </message>
    <message>
        <source>An administrator has to load the kernel&apos;s module “tun”.</source>
        <translation>Ein Administrator muss das Kernmodul „tun“ laden.</translation>
    </message>
    <message>
        <source>Another program removed the tunnel&apos;s network device.</source>
        <translation>Ein anderes Programm hat das Netzwerkgerät des Tunnels entfernt.</translation>
    </message>
    <message>
        <source>The connection makes a new one by itself. If it goes on, look for another VPN or network manager.</source>
        <translation>Die Verbindung legt von selbst ein neues an. Wenn es so bleibt, suchen Sie nach einem anderen VPN oder Netzwerkverwalter.</translation>
    </message>
    <message>
        <source>The tunnel&apos;s network device %1 was switched off: traffic goes the way it went without the tunnel.</source>
        <translation>Das Netzwerkgerät %1 des Tunnels wurde abgeschaltet: der Verkehr geht wie ohne den Tunnel.</translation>
    </message>
    <message>
        <source>Disconnect and connect again.</source>
        <translation>Trennen und verbinden Sie neu.</translation>
    </message>
    <message>
        <source>The connection to the network broke on this computer.</source>
        <translation>Auf diesem Rechner riss die Verbindung zum Netz ab.</translation>
    </message>
    <message>
        <source>The connection begins anew by itself. If it goes on, look at the log.</source>
        <translation>Die Verbindung fängt von selbst neu an. Wenn es so bleibt, sehen Sie ins Protokoll.</translation>
    </message>
    <message>
        <source>Another program uses UDP port %1.</source>
        <translation>Ein anderes Programm benutzt den UDP-Port %1.</translation>
    </message>
    <message>
        <source>Quit the other VPN program, then try again.</source>
        <translation>Beenden Sie das andere VPN-Programm, und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>The server&apos;s name is unknown.</source>
        <translation>Der Name des Servers ist unbekannt.</translation>
    </message>
    <message>
        <source>Check its spelling, and that the Internet can be reached.</source>
        <translation>Prüfen Sie die Schreibweise und ob das Internet erreichbar ist.</translation>
    </message>
    <message>
        <source>The system refused a change of the network settings.</source>
        <translation>Das System hat eine Änderung der Netzwerkeinstellungen abgelehnt.</translation>
    </message>
    <message>
        <source>Another VPN or network manager may be in the way. The details and the log tell more.</source>
        <translation>Ein anderes VPN oder ein Netzwerkverwalter kann im Weg sein. Einzelheiten und Protokoll sagen mehr.</translation>
    </message>
    <message>
        <source>The system&apos;s firewall cannot be used, and this connection needs it.</source>
        <translation>Die Firewall des Systems lässt sich nicht benutzen, und diese Verbindung braucht sie.</translation>
    </message>
    <message>
        <source>An administrator has to install it (on Linux: nftables), or turn the kill switch of this connection off.</source>
        <translation>Ein Administrator muss sie installieren (unter Linux: nftables) oder den Kill-Switch dieser Verbindung ausschalten.</translation>
    </message>
    <message>
        <source>The system refused a change of its DNS settings.</source>
        <translation>Das System hat eine Änderung seiner DNS-Einstellungen abgelehnt.</translation>
    </message>
    <message>
        <source>An administrator has to see why; the details tell the step. The editor can also leave DNS as it is.</source>
        <translation>Ein Administrator muss nachsehen, warum; die Einzelheiten nennen den Schritt. Beim Bearbeiten lässt sich auch wählen, dass DNS bleibt, wie es ist.</translation>
    </message>
    <message>
        <source>You may not do that with this connection.</source>
        <translation>Das dürfen Sie mit dieser Verbindung nicht.</translation>
    </message>
    <message>
        <source>Use one of your own, or ask an administrator of this computer.</source>
        <translation>Nehmen Sie eine eigene, oder fragen Sie einen Administrator dieses Rechners.</translation>
    </message>
    <message>
        <source>It is connected already, or about to be.</source>
        <translation>Sie steht schon oder wird gerade aufgebaut.</translation>
    </message>
    <message>
        <source>Disconnect it first.</source>
        <translation>Trennen Sie sie zuerst.</translation>
    </message>
    <message>
        <source>The question has been answered or withdrawn already.</source>
        <translation>Die Frage ist schon beantwortet oder zurückgezogen.</translation>
    </message>
    <message>
        <source>If the connection asks again, answer then.</source>
        <translation>Wenn die Verbindung wieder fragt, antworten Sie dann.</translation>
    </message>
    <message>
        <source>It is not connected.</source>
        <translation>Sie steht nicht.</translation>
    </message>
    <message>
        <source>Connect it first.</source>
        <translation>Verbinden Sie zuerst.</translation>
    </message>
    <message>
        <source>No kill switch is on.</source>
        <translation>Kein Kill-Switch ist an.</translation>
    </message>
    <message>
        <source>Traffic passes as always. The editor turns one on for a connection.</source>
        <translation>Der Verkehr fließt wie immer. Beim Bearbeiten einer Verbindung schalten Sie einen ein.</translation>
    </message>
    <message>
        <source>This connection has no rules that are on.</source>
        <translation>Für diese Verbindung sind keine Regeln eingeschaltet.</translation>
    </message>
    <message>
        <source>Turn them on first.</source>
        <translation>Schalten Sie sie zuerst ein.</translation>
    </message>
    <message>
        <source>This connection is being examined already.</source>
        <translation>Diese Verbindung wird schon untersucht.</translation>
    </message>
    <message>
        <source>Wait half a minute, then try again.</source>
        <translation>Warten Sie eine halbe Minute, und versuchen Sie es dann noch einmal.</translation>
    </message>
    <message>
        <source>The service is being stopped.</source>
        <translation>Der Dienst wird gerade beendet.</translation>
    </message>
    <message>
        <source>Wait until it has started again.</source>
        <translation>Warten Sie, bis er wieder gestartet ist.</translation>
    </message>
    <message>
        <source>The service has no such part in its log.</source>
        <translation>Einen solchen Teil hat das Protokoll des Dienstes nicht.</translation>
    </message>
    <message>
        <source>Choose another one.</source>
        <translation>Wählen Sie einen anderen.</translation>
    </message>
    <message>
        <source>The service did not understand the app.</source>
        <translation>Der Dienst hat die App nicht verstanden.</translation>
    </message>
    <message>
        <source>They may be of different versions: an administrator should restart the service after an update.</source>
        <translation>Sie können verschiedene Versionen haben: ein Administrator sollte den Dienst nach einem Update neu starten.</translation>
    </message>
    <message>
        <source>The service speaks another language than this app.</source>
        <translation>Der Dienst spricht eine andere Sprache als diese App.</translation>
    </message>
    <message>
        <source>They are of different versions: update both, and restart the service.</source>
        <translation>Sie haben verschiedene Versionen: aktualisieren Sie beide, und starten Sie den Dienst neu.</translation>
    </message>
    <message>
        <source>The service does not know what the app asks for.</source>
        <translation>Der Dienst kennt nicht, was die App verlangt.</translation>
    </message>
    <message>
        <source>They are of different versions: an administrator should restart the service after an update.</source>
        <translation>Sie haben verschiedene Versionen: ein Administrator sollte den Dienst nach einem Update neu starten.</translation>
    </message>
    <message>
        <source>That is more than the service takes at once.</source>
        <translation>Das ist mehr, als der Dienst auf einmal annimmt.</translation>
    </message>
    <message>
        <source>Shorten it, or ask for less.</source>
        <translation>Kürzen Sie es, oder verlangen Sie weniger.</translation>
    </message>
    <message>
        <source>Too many programs watch the service.</source>
        <translation>Zu viele Programme beobachten den Dienst.</translation>
    </message>
    <message>
        <source>Close some of them, then try again.</source>
        <translation>Schließen Sie einige davon, und versuchen Sie es dann noch einmal.</translation>
    </message>
    <message>
        <source>The service failed in a way that nobody foresaw.</source>
        <translation>Der Dienst ist auf eine Weise gescheitert, die niemand vorhergesehen hat.</translation>
    </message>
    <message>
        <source>Look at the log, and report it with the details.</source>
        <translation>Sehen Sie ins Protokoll, und melden Sie es mit den Einzelheiten.</translation>
    </message>
    <message>
        <source>The service does not answer.</source>
        <translation>Der Dienst antwortet nicht.</translation>
    </message>
    <message>
        <source>The app goes on looking for it. An administrator may have to start it.</source>
        <translation>Die App sucht weiter nach ihm. Vielleicht muss ein Administrator ihn starten.</translation>
    </message>
    <message>
        <source>The service reports something that this app does not know (%1).</source>
        <translation>Der Dienst meldet etwas, das diese App nicht kennt (%1).</translation>
    </message>
    <message>
        <source>Bring the app and the service to the same version.</source>
        <translation>Bringen Sie App und Dienst auf dieselbe Version.</translation>
    </message>
</context>
<context>
    <name>ErrorCard</name>
    <message>
        <source>Co&amp;py details</source>
        <translation>Einzelheiten &amp;kopieren</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Kopiert</translation>
    </message>
</context>
<context>
    <name>Export</name>
    <message>
        <source>&amp;Ginnel (.toml)</source>
        <translation>&amp;Ginnel (.toml)</translation>
    </message>
    <message>
        <source>For another machine with Ginnel. Nothing is lost.</source>
        <translation>Für einen anderen Rechner mit Ginnel. Nichts geht verloren.</translation>
    </message>
    <message>
        <source>&amp;strongSwan&apos;s app (.sswan)</source>
        <translation>App von &amp;strongSwan (.sswan)</translation>
    </message>
    <message>
        <source>For Android.</source>
        <translation>Für Android.</translation>
    </message>
    <message>
        <source>&amp;Apple&apos;s configuration profile (.mobileconfig)</source>
        <translation>Konfigurationsprofil von &amp;Apple (.mobileconfig)</translation>
    </message>
    <message>
        <source>For macOS, iPhone and iPad.</source>
        <translation>Für macOS, iPhone und iPad.</translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message>
        <source>Export %1</source>
        <translation>%1 exportieren</translation>
    </message>
    <message>
        <source>What gets lost</source>
        <translation>Was verloren geht</translation>
    </message>
    <message>
        <source>It cannot be written: %1.</source>
        <translation>Das lässt sich nicht schreiben: %1.</translation>
    </message>
    <message>
        <source>&amp;With secrets</source>
        <translation>&amp;Mit Geheimnissen</translation>
    </message>
    <message>
        <source>With secrets</source>
        <translation>Mit Geheimnissen</translation>
    </message>
    <message>
        <source>Whoever has the file can then connect. The service gives no secret away: type them here.</source>
        <translation>Wer die Datei hat, kann sich dann verbinden. Der Dienst gibt kein Geheimnis heraus: tippen Sie sie hier ein.</translation>
    </message>
    <message>
        <source>From a file…</source>
        <translation>Aus einer Datei…</translation>
    </message>
    <message>
        <source>Private key from a file</source>
        <translation>Privater Schlüssel aus einer Datei</translation>
    </message>
    <message>
        <source>Choose the file with the private key of your certificate</source>
        <translation>Wählen Sie die Datei mit dem privaten Schlüssel Ihres Zertifikats</translation>
    </message>
    <message>
        <source>&amp;New password for the certificate in the file</source>
        <translation>&amp;Neues Passwort für das Zertifikat in der Datei</translation>
    </message>
    <message>
        <source>There is no private key in the file.</source>
        <translation>In der Datei ist kein privater Schlüssel.</translation>
    </message>
    <message>
        <source>&amp;Export…</source>
        <translation>&amp;Exportieren…</translation>
    </message>
    <message>
        <source>Cance&amp;l</source>
        <translation>Abb&amp;rechen</translation>
    </message>
    <message>
        <source>Private key: read</source>
        <translation>Privater Schlüssel: gelesen</translation>
    </message>
    <message>
        <source>Private key: none yet</source>
        <translation>Privater Schlüssel: noch keiner</translation>
    </message>
    <message>
        <source>The file cannot carry: %1.</source>
        <translation>Die Datei kann nicht fassen: %1.</translation>
    </message>
    <message>
        <source>Missing: %1</source>
        <translation>Es fehlt: %1</translation>
    </message>
    <message>
        <source>Missing: the private key</source>
        <translation>Es fehlt: der private Schlüssel</translation>
    </message>
    <message>
        <source>Missing: a password for the certificate in the file</source>
        <translation>Es fehlt: ein Passwort für das Zertifikat in der Datei</translation>
    </message>
</context>
<context>
    <name>Facts</name>
    <message>
        <source>Gateway</source>
        <translation>Gateway</translation>
    </message>
    <message>
        <source>Inside the tunnel</source>
        <translation>Im Tunnel</translation>
    </message>
    <message>
        <source>Protection</source>
        <translation>Schutz</translation>
    </message>
    <message>
        <source>Way there</source>
        <translation>Weg dorthin</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>Server</translation>
    </message>
    <message>
        <source>Proved to be</source>
        <translation>Nachgewiesen</translation>
    </message>
    <message>
        <source>Product</source>
        <translation>Produkt</translation>
    </message>
    <message>
        <source>Its networks</source>
        <translation>Seine Netze</translation>
    </message>
    <message>
        <source>Networks at hand</source>
        <translation>Netze am Ort</translation>
    </message>
    <message>
        <source>My addresses</source>
        <translation>Meine Adressen</translation>
    </message>
    <message>
        <source>Names</source>
        <translation>Namen</translation>
    </message>
    <message>
        <source>Search domains</source>
        <translation>Suchdomains</translation>
    </message>
    <message>
        <source>Goes through</source>
        <translation>Geht hindurch</translation>
    </message>
    <message>
        <source>Stays outside</source>
        <translation>Bleibt draußen</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>Angehalten</translation>
    </message>
    <message>
        <source>%1 times for data, %2 times for the connection</source>
        <translation>%1-mal für Daten, %2-mal für die Verbindung</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>Daten</translation>
    </message>
    <message>
        <source>Key exchange</source>
        <translation>Schlüsseltausch</translation>
    </message>
    <message>
        <source>New keys</source>
        <translation>Neue Schlüssel</translation>
    </message>
    <message>
        <source>%1 octets, %2 of them for data</source>
        <translation>%1 Bytes, davon %2 für Daten</translation>
    </message>
    <message>
        <source>From</source>
        <translation>Von</translation>
    </message>
    <message>
        <source>To</source>
        <translation>Nach</translation>
    </message>
    <message>
        <source>Carried in</source>
        <translation>Getragen in</translation>
    </message>
    <message>
        <source>Address translation</source>
        <translation>Adressumsetzung</translation>
    </message>
    <message>
        <source>Largest packet</source>
        <translation>Größtes Paket</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>and %1 more</source>
        <translation>und %1 weitere</translation>
    </message>
    <message>
        <source>Everything (IPv4)</source>
        <translation>Alles (IPv4)</translation>
    </message>
    <message>
        <source>Everything (IPv6)</source>
        <translation>Alles (IPv6)</translation>
    </message>
    <message>
        <source>Asked as without the tunnel</source>
        <translation>Gefragt wie ohne den Tunnel</translation>
    </message>
    <message>
        <source>All asked at:</source>
        <translation>Alle gefragt bei:</translation>
    </message>
    <message>
        <source>Those below %1 asked at:</source>
        <translation>Unter %1 gefragt bei:</translation>
    </message>
    <message>
        <source>TCP, because UDP does not get through</source>
        <translation>TCP, weil UDP nicht durchkommt</translation>
    </message>
    <message>
        <source>Between this machine and the gateway</source>
        <translation>Zwischen diesem Rechner und dem Gateway</translation>
    </message>
    <message>
        <source>None in front of this machine</source>
        <translation>Keine vor diesem Rechner</translation>
    </message>
</context>
<context>
    <name>FactsView</name>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
</context>
<context>
    <name>Field</name>
    <message>
        <source>Identity</source>
        <translation>Identität</translation>
    </message>
    <message>
        <source>Where the gateway is, who you are to it, and who it has to prove to be.</source>
        <translation>Wo das Gateway ist, wer Sie für es sind und als wer es sich ausweisen muss.</translation>
    </message>
    <message>
        <source>&amp;Name</source>
        <translation>&amp;Name</translation>
    </message>
    <message>
        <source>What this connection is called here. You can rename it in the list.</source>
        <translation>Wie die Verbindung hier heißt. Umbenennen geht in der Liste.</translation>
    </message>
    <message>
        <source>&amp;Server</source>
        <translation>&amp;Server</translation>
    </message>
    <message>
        <source>The gateway&apos;s name or address.</source>
        <translation>Name oder Adresse des Gateways.</translation>
    </message>
    <message>
        <source>UDP port</source>
        <translation>UDP-Port</translation>
    </message>
    <message>
        <source>Where the gateway listens. It is 500 almost everywhere.</source>
        <translation>Wo das Gateway lauscht. Fast überall ist es 500.</translation>
    </message>
    <message>
        <source>Your &amp;identity</source>
        <translation>Ihre &amp;Identität</translation>
    </message>
    <message>
        <source>Who you are to the gateway. Empty: your user name, or the subject of your certificate.</source>
        <translation>Wer Sie für das Gateway sind. Leer: Ihr Benutzername oder der Inhaber Ihres Zertifikats.</translation>
    </message>
    <message>
        <source>Gateway&apos;s identity</source>
        <translation>Identität des Gateways</translation>
    </message>
    <message>
        <source>Who the gateway has to prove to be. Empty: the server&apos;s name. With %any whoever the trusted certificates vouch for.</source>
        <translation>Als wer sich das Gateway ausweisen muss. Leer: der Name des Servers. Mit %any jeder, für den die anerkannten Zertifikate bürgen.</translation>
    </message>
    <message>
        <source>The gateway proves itself with</source>
        <translation>Das Gateway weist sich aus durch</translation>
    </message>
    <message>
        <source>How you can tell that it is the right gateway.</source>
        <translation>Woran zu erkennen ist, dass es das richtige Gateway ist.</translation>
    </message>
    <message>
        <source>What suits how you sign in</source>
        <translation>Was zu Ihrer Anmeldung passt</translation>
    </message>
    <message>
        <source>A certificate</source>
        <translation>Ein Zertifikat</translation>
    </message>
    <message>
        <source>The pre-shared key</source>
        <translation>Den gemeinsamen Schlüssel</translation>
    </message>
    <message>
        <source>Signing in</source>
        <translation>Anmeldung</translation>
    </message>
    <message>
        <source>How you prove who you are.</source>
        <translation>Wie Sie zeigen, wer Sie sind.</translation>
    </message>
    <message>
        <source>Si&amp;gn in with</source>
        <translation>An&amp;melden mit</translation>
    </message>
    <message>
        <source>Your administrator tells which of these the gateway expects.</source>
        <translation>Ihr Administrator sagt, was davon das Gateway erwartet.</translation>
    </message>
    <message>
        <source>What is given</source>
        <translation>Dem, was angegeben ist</translation>
    </message>
    <message>
        <source>User name (EAP)</source>
        <translation>Benutzername (EAP)</translation>
    </message>
    <message>
        <source>Certificate</source>
        <translation>Zertifikat</translation>
    </message>
    <message>
        <source>Pre-shared key</source>
        <translation>Gemeinsamer Schlüssel</translation>
    </message>
    <message>
        <source>And then with</source>
        <translation>Und danach mit</translation>
    </message>
    <message>
        <source>Some gateways want a second proof after the first.</source>
        <translation>Manche Gateways verlangen nach dem ersten einen zweiten Nachweis.</translation>
    </message>
    <message>
        <source>Nothing more</source>
        <translation>Nichts weiter</translation>
    </message>
    <message>
        <source>&amp;User name</source>
        <translation>&amp;Benutzername</translation>
    </message>
    <message>
        <source>As the gateway knows you.</source>
        <translation>Wie das Gateway Sie kennt.</translation>
    </message>
    <message>
        <source>&amp;Password</source>
        <translation>&amp;Passwort</translation>
    </message>
    <message>
        <source>Without one you are asked when it connects.</source>
        <translation>Ohne eines werden Sie beim Verbinden gefragt.</translation>
    </message>
    <message>
        <source>The password is a code that changes</source>
        <translation>Das Passwort ist ein wechselnder Code</translation>
    </message>
    <message>
        <source>You are asked for it each time, and it is never kept.</source>
        <translation>Sie werden jedes Mal danach gefragt, und er wird nie aufbewahrt.</translation>
    </message>
    <message>
        <source>Pre-shared &amp;key</source>
        <translation>Gemeinsamer &amp;Schlüssel</translation>
    </message>
    <message>
        <source>A secret that the gateway and all of its users share.</source>
        <translation>Ein Geheimnis, das das Gateway und alle seine Benutzer teilen.</translation>
    </message>
    <message>
        <source>Your &amp;certificate</source>
        <translation>Ihr &amp;Zertifikat</translation>
    </message>
    <message>
        <source>With its private key, which is kept as a secret.</source>
        <translation>Mit seinem privaten Schlüssel, der als Geheimnis aufbewahrt wird.</translation>
    </message>
    <message>
        <source>Your certificate is in a locked PKCS#12 file</source>
        <translation>Ihr Zertifikat ist in einer verschlossenen PKCS#12-Datei</translation>
    </message>
    <message>
        <source>Kept as it is, and opened with its password when it connects.</source>
        <translation>Bleibt, wie es ist, und wird beim Verbinden mit seinem Passwort geöffnet.</translation>
    </message>
    <message>
        <source>Locked file</source>
        <translation>Verschlossene Datei</translation>
    </message>
    <message>
        <source>Instead of the certificate above.</source>
        <translation>Anstelle des Zertifikats oben.</translation>
    </message>
    <message>
        <source>Password of the locked file</source>
        <translation>Passwort der verschlossenen Datei</translation>
    </message>
    <message>
        <source>EAP methods</source>
        <translation>EAP-Methoden</translation>
    </message>
    <message>
        <source>Accepted ones, the best first. None: those that suit what you gave.</source>
        <translation>Die zugelassenen, die beste zuerst. Keine: die zu Ihren Angaben passen.</translation>
    </message>
    <message>
        <source>TLS (certificate)</source>
        <translation>TLS (Zertifikat)</translation>
    </message>
    <message>
        <source>TTLS (password, inside TLS)</source>
        <translation>TTLS (Passwort, innerhalb von TLS)</translation>
    </message>
    <message>
        <source>PEAP (password, inside TLS)</source>
        <translation>PEAP (Passwort, innerhalb von TLS)</translation>
    </message>
    <message>
        <source>MSCHAPv2 (password)</source>
        <translation>MSCHAPv2 (Passwort)</translation>
    </message>
    <message>
        <source>GTC (password or code, shown to the gateway)</source>
        <translation>GTC (Passwort oder Code, dem Gateway gezeigt)</translation>
    </message>
    <message>
        <source>MD5 (password, weak)</source>
        <translation>MD5 (Passwort, schwach)</translation>
    </message>
    <message>
        <source>Outer identity</source>
        <translation>Äußere Identität</translation>
    </message>
    <message>
        <source>What is said before anything is encrypted. Empty: the user name.</source>
        <translation>Was gesagt wird, bevor etwas verschlüsselt ist. Leer: der Benutzername.</translation>
    </message>
    <message>
        <source>EAP proves the gateway as well</source>
        <translation>EAP weist auch das Gateway aus</translation>
    </message>
    <message>
        <source>For gateways without a certificate of their own (RFC 5998).</source>
        <translation>Für Gateways ohne eigenes Zertifikat (RFC 5998).</translation>
    </message>
    <message>
        <source>Inside TTLS</source>
        <translation>Innerhalb von TTLS</translation>
    </message>
    <message>
        <source>How the password is shown to the server inside TLS.</source>
        <translation>Wie das Passwort dem Server innerhalb von TLS gezeigt wird.</translation>
    </message>
    <message>
        <source>MSCHAPv2</source>
        <translation>MSCHAPv2</translation>
    </message>
    <message>
        <source>PAP, in the clear</source>
        <translation>PAP, im Klartext</translation>
    </message>
    <message>
        <source>Another EAP method</source>
        <translation>Eine weitere EAP-Methode</translation>
    </message>
    <message>
        <source>Names of the EAP server</source>
        <translation>Namen des EAP-Servers</translation>
    </message>
    <message>
        <source>One of them its certificate must bear. None: the gateway&apos;s identity.</source>
        <translation>Einen davon muss sein Zertifikat tragen. Keiner: die Identität des Gateways.</translation>
    </message>
    <message>
        <source>Oldest TLS</source>
        <translation>Ältestes TLS</translation>
    </message>
    <message>
        <source>Inside EAP. Older servers have 1.2 alone.</source>
        <translation>Innerhalb von EAP. Ältere Server haben nur 1.2.</translation>
    </message>
    <message>
        <source>TLS 1.2</source>
        <translation>TLS 1.2</translation>
    </message>
    <message>
        <source>TLS 1.3</source>
        <translation>TLS 1.3</translation>
    </message>
    <message>
        <source>Newest TLS</source>
        <translation>Neuestes TLS</translation>
    </message>
    <message>
        <source>Inside EAP. Some servers claim 1.3 and fail at it.</source>
        <translation>Innerhalb von EAP. Manche Server behaupten 1.3 und scheitern daran.</translation>
    </message>
    <message>
        <source>Prefer RSA signatures with PSS</source>
        <translation>RSA-Unterschriften mit PSS vorziehen</translation>
    </message>
    <message>
        <source>For gateways that refuse the older padding.</source>
        <translation>Für Gateways, die das ältere Auffüllen ablehnen.</translation>
    </message>
    <message>
        <source>Where your certificate is published</source>
        <translation>Wo Ihr Zertifikat veröffentlicht ist</translation>
    </message>
    <message>
        <source>For gateways that look certificates up: yours, then those above it.</source>
        <translation>Für Gateways, die Zertifikate nachschlagen: Ihres, dann die darüber.</translation>
    </message>
    <message>
        <source>Certificates</source>
        <translation>Zertifikate</translation>
    </message>
    <message>
        <source>Whom this connection trusts, and the certificates that are kept with it.</source>
        <translation>Wem diese Verbindung vertraut und welche Zertifikate mit ihr aufbewahrt werden.</translation>
    </message>
    <message>
        <source>&amp;Trusted roots</source>
        <translation>&amp;Anerkannte Wurzeln</translation>
    </message>
    <message>
        <source>One of them has to vouch for the gateway, for this connection only. None: those that this machine trusts.</source>
        <translation>Eine davon muss für das Gateway bürgen, nur für diese Verbindung. Keine: die dieses Rechners.</translation>
    </message>
    <message>
        <source>This machine&apos;s roots count as well</source>
        <translation>Auch die Wurzeln dieses Rechners gelten</translation>
    </message>
    <message>
        <source>Beside the trusted roots above.</source>
        <translation>Neben den anerkannten Wurzeln oben.</translation>
    </message>
    <message>
        <source>Ask when nobody vouches for the gateway</source>
        <translation>Fragen, wenn niemand für das Gateway bürgt</translation>
    </message>
    <message>
        <source>You compare its fingerprint. Without roots and only certificate alone.</source>
        <translation>Sie vergleichen seinen Fingerabdruck. Nur ohne Wurzeln und einziges Zertifikat.</translation>
    </message>
    <message>
        <source>Only this certificate</source>
        <translation>Nur dieses Zertifikat</translation>
    </message>
    <message>
        <source>The gateway must have this one, whoever vouches for it.</source>
        <translation>Das Gateway muss dieses haben, wer auch immer dafür bürgt.</translation>
    </message>
    <message>
        <source>Kept with this connection</source>
        <translation>Mit dieser Verbindung aufbewahrt</translation>
    </message>
    <message>
        <source>PEM, DER and PKCS#12 files are read.</source>
        <translation>Gelesen werden PEM-, DER- und PKCS#12-Dateien.</translation>
    </message>
    <message>
        <source>Ask whether certificates were taken back (OCSP)</source>
        <translation>Fragen, ob Zertifikate zurückgezogen wurden (OCSP)</translation>
    </message>
    <message>
        <source>At the address that the certificate names.</source>
        <translation>An der Adresse, die das Zertifikat nennt.</translation>
    </message>
    <message>
        <source>Fetch lists of certificates that were taken back (CRL)</source>
        <translation>Listen zurückgezogener Zertifikate holen (CRL)</translation>
    </message>
    <message>
        <source>From the address that the certificate names.</source>
        <translation>Von der Adresse, die das Zertifikat nennt.</translation>
    </message>
    <message>
        <source>Refuse the gateway when nobody can tell</source>
        <translation>Das Gateway ablehnen, wenn niemand es sagen kann</translation>
    </message>
    <message>
        <source>Otherwise an unreachable list or answer is passed over.</source>
        <translation>Sonst wird über eine unerreichbare Liste oder Auskunft hinweggesehen.</translation>
    </message>
    <message>
        <source>Tell the gateway which roots are trusted</source>
        <translation>Dem Gateway sagen, welche Wurzeln anerkannt sind</translation>
    </message>
    <message>
        <source>Gateways with several certificates pick the right one by it.</source>
        <translation>Gateways mit mehreren Zertifikaten wählen danach das richtige.</translation>
    </message>
    <message>
        <source>Fetch certificates that the gateway names by address</source>
        <translation>Zertifikate holen, die das Gateway mit ihrer Adresse nennt</translation>
    </message>
    <message>
        <source>It may name a hash and a URL instead of sending its certificate.</source>
        <translation>Es kann statt seines Zertifikats Prüfsumme und URL nennen.</translation>
    </message>
    <message>
        <source>A name in the subject alone will do</source>
        <translation>Ein Name nur im Inhaberfeld genügt</translation>
    </message>
    <message>
        <source>For old certificates without alternative names.</source>
        <translation>Für alte Zertifikate ohne Alternativnamen.</translation>
    </message>
    <message>
        <source>Signatures with SHA-1 will do</source>
        <translation>Unterschriften mit SHA-1 genügen</translation>
    </message>
    <message>
        <source>They can be forged. For old gateways alone, at your risk.</source>
        <translation>Sie lassen sich fälschen. Nur für alte Gateways, auf eigene Gefahr.</translation>
    </message>
    <message>
        <source>As suits the rest</source>
        <translation>Wie es zum Rest passt</translation>
    </message>
    <message>
        <source>Passes outside the tunnel</source>
        <translation>Geht am Tunnel vorbei</translation>
    </message>
    <message>
        <source>Is refused</source>
        <translation>Wird abgelehnt</translation>
    </message>
    <message>
        <source>When none of it goes into the tunnel. By itself it is refused where the tunnel has all of the other kind.</source>
        <translation>Wenn nichts davon in den Tunnel geht. Von selbst abgelehnt wird es dort, wo der Tunnel alles von der anderen Art nimmt.</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>Netz</translation>
    </message>
    <message>
        <source>What goes through the tunnel, and what does not.</source>
        <translation>Was durch den Tunnel geht und was nicht.</translation>
    </message>
    <message>
        <source>Through the tunnel</source>
        <translation>Durch den Tunnel</translation>
    </message>
    <message>
        <source>Networks, one a line. 0.0.0.0/0 and ::/0 are everything.</source>
        <translation>Netze, eines je Zeile. 0.0.0.0/0 und ::/0 sind alles.</translation>
    </message>
    <message>
        <source>Not through the tunnel</source>
        <translation>Nicht durch den Tunnel</translation>
    </message>
    <message>
        <source>Networks that keep out although one above covers them.</source>
        <translation>Netze, die draußen bleiben, obwohl eines oben sie einschließt.</translation>
    </message>
    <message>
        <source>Only networks that the gateway announces</source>
        <translation>Nur Netze, die das Gateway ankündigt</translation>
    </message>
    <message>
        <source>Where it announces any. All else stays outside.</source>
        <translation>Sofern es welche ankündigt. Alles andere bleibt draußen.</translation>
    </message>
    <message>
        <source>The local network stays within reach</source>
        <translation>Das lokale Netz bleibt erreichbar</translation>
    </message>
    <message>
        <source>Printers and other machines nearby keep out of the tunnel.</source>
        <translation>Drucker und andere Geräte in der Nähe bleiben außerhalb des Tunnels.</translation>
    </message>
    <message>
        <source>Ask for an IPv4 address</source>
        <translation>Eine IPv4-Adresse verlangen</translation>
    </message>
    <message>
        <source>Inside the tunnel.</source>
        <translation>Im Tunnel.</translation>
    </message>
    <message>
        <source>Ask for an IPv6 address</source>
        <translation>Eine IPv6-Adresse verlangen</translation>
    </message>
    <message>
        <source>IPv4 without a place in the tunnel</source>
        <translation>IPv4 ohne Platz im Tunnel</translation>
    </message>
    <message>
        <source>IPv6 without a place in the tunnel</source>
        <translation>IPv6 ohne Platz im Tunnel</translation>
    </message>
    <message>
        <source>Largest packet (MTU)</source>
        <translation>Größtes Paket (MTU)</translation>
    </message>
    <message>
        <source>Of the tunnel. Smaller ones help where large packets get lost.</source>
        <translation>Des Tunnels. Kleinere helfen, wo große Pakete verloren gehen.</translation>
    </message>
    <message>
        <source>Found out</source>
        <translation>Wird ermittelt</translation>
    </message>
    <message>
        <source>DNS</source>
        <translation>DNS</translation>
    </message>
    <message>
        <source>Where names are asked while the tunnel stands.</source>
        <translation>Wo nach Namen gefragt wird, solange der Tunnel steht.</translation>
    </message>
    <message>
        <source>The tunnel&apos;s DNS servers get</source>
        <translation>Die DNS-Server des Tunnels bekommen</translation>
    </message>
    <message>
        <source>By itself it is every name when all traffic goes through the tunnel and no domains are known, else names below those domains.</source>
        <translation>Von selbst ist es jeder Name, wenn aller Verkehr durch den Tunnel geht und keine Domains bekannt sind, sonst Namen unter diesen Domains.</translation>
    </message>
    <message>
        <source>What suits the rest</source>
        <translation>Was zum Rest passt</translation>
    </message>
    <message>
        <source>Every name</source>
        <translation>Jeden Namen</translation>
    </message>
    <message>
        <source>Names below certain domains</source>
        <translation>Namen unter bestimmten Domains</translation>
    </message>
    <message>
        <source>Nothing: DNS stays as it is</source>
        <translation>Nichts: DNS bleibt, wie es ist</translation>
    </message>
    <message>
        <source>Domains</source>
        <translation>Domains</translation>
    </message>
    <message>
        <source>Names below these go to the tunnel, beside those the gateway names.</source>
        <translation>Namen darunter gehen in den Tunnel, neben denen, die das Gateway nennt.</translation>
    </message>
    <message>
        <source>DNS servers</source>
        <translation>DNS-Server</translation>
    </message>
    <message>
        <source>Addresses, instead of those that the gateway names.</source>
        <translation>Adressen, anstelle derer, die das Gateway nennt.</translation>
    </message>
    <message>
        <source>Search domains</source>
        <translation>Suchdomains</translation>
    </message>
    <message>
        <source>Appended to names without a dot.</source>
        <translation>Werden an Namen ohne Punkt angehängt.</translation>
    </message>
    <message>
        <source>Kill switch</source>
        <translation>Kill-Switch</translation>
    </message>
    <message>
        <source>Stops traffic that would go past the tunnel.</source>
        <translation>Hält Verkehr an, der am Tunnel vorbeiginge.</translation>
    </message>
    <message>
        <source>Stop traffic outside the tunnel</source>
        <translation>Verkehr außerhalb des Tunnels anhalten</translation>
    </message>
    <message>
        <source>“Always” holds across restarts of the service and of this machine, until it is set otherwise.</source>
        <translation>„Immer“ gilt über Neustarts des Dienstes und dieses Rechners hinweg, bis es anders eingestellt wird.</translation>
    </message>
    <message>
        <source>Never</source>
        <translation>Nie</translation>
    </message>
    <message>
        <source>From connecting to disconnecting</source>
        <translation>Vom Verbinden bis zum Trennen</translation>
    </message>
    <message>
        <source>Always</source>
        <translation>Immer</translation>
    </message>
    <message>
        <source>On demand</source>
        <translation>Bei Bedarf</translation>
    </message>
    <message>
        <source>When it connects and disconnects without you.</source>
        <translation>Wann ohne Sie verbunden und getrennt wird.</translation>
    </message>
    <message>
        <source>Connect by itself</source>
        <translation>Von selbst verbinden</translation>
    </message>
    <message>
        <source>Once, whatever network there is.</source>
        <translation>Einmal, welches Netz auch da ist.</translation>
    </message>
    <message>
        <source>No</source>
        <translation>Nein</translation>
    </message>
    <message>
        <source>When you log in</source>
        <translation>Wenn Sie sich anmelden</translation>
    </message>
    <message>
        <source>When this machine starts</source>
        <translation>Wenn dieser Rechner startet</translation>
    </message>
    <message>
        <source>Follow the rules below</source>
        <translation>Den Regeln unten folgen</translation>
    </message>
    <message>
        <source>Looked at whenever the network changes.</source>
        <translation>Geprüft, sooft sich das Netz ändert.</translation>
    </message>
    <message>
        <source>Rules</source>
        <translation>Regeln</translation>
    </message>
    <message>
        <source>The first one that matches the network decides.</source>
        <translation>Die erste, die zum Netz passt, entscheidet.</translation>
    </message>
    <message>
        <source>Then</source>
        <translation>Dann</translation>
    </message>
    <message>
        <source>What is done on a network that matches.</source>
        <translation>Was in einem passenden Netz geschieht.</translation>
    </message>
    <message>
        <source>Connect</source>
        <translation>Verbinden</translation>
    </message>
    <message>
        <source>Disconnect</source>
        <translation>Trennen</translation>
    </message>
    <message>
        <source>Leave it as it is</source>
        <translation>So lassen, wie es ist</translation>
    </message>
    <message>
        <source>Connect when certain names are wanted</source>
        <translation>Verbinden, wenn bestimmte Namen gefragt sind</translation>
    </message>
    <message>
        <source>Wanted domains</source>
        <translation>Gefragte Domains</translation>
    </message>
    <message>
        <source>It connects when a name below one of these is wanted and not reached.</source>
        <translation>Verbunden wird, wenn ein Name darunter gefragt ist und nicht erreicht wird.</translation>
    </message>
    <message>
        <source>Kind of network</source>
        <translation>Art des Netzes</translation>
    </message>
    <message>
        <source>That this machine&apos;s traffic goes through.</source>
        <translation>Durch das der Verkehr dieses Rechners geht.</translation>
    </message>
    <message>
        <source>Any</source>
        <translation>Jede</translation>
    </message>
    <message>
        <source>Cable</source>
        <translation>Kabel</translation>
    </message>
    <message>
        <source>Wi-Fi</source>
        <translation>WLAN</translation>
    </message>
    <message>
        <source>Mobile network</source>
        <translation>Mobilfunk</translation>
    </message>
    <message>
        <source>Names of Wi-Fi networks</source>
        <translation>Namen von WLANs</translation>
    </message>
    <message>
        <source>Any of them. None: whatever it is called.</source>
        <translation>Eines davon. Keines: wie es auch heißt.</translation>
    </message>
    <message>
        <source>Search domains of the network</source>
        <translation>Suchdomains des Netzes</translation>
    </message>
    <message>
        <source>Any of them, or one below it.</source>
        <translation>Eine davon oder eine darunter.</translation>
    </message>
    <message>
        <source>DNS servers of the network</source>
        <translation>DNS-Server des Netzes</translation>
    </message>
    <message>
        <source>Each server of the network is one of these.</source>
        <translation>Jeder Server des Netzes ist einer von diesen.</translation>
    </message>
    <message>
        <source>Page that answers there</source>
        <translation>Seite, die dort antwortet</translation>
    </message>
    <message>
        <source>An address that answers with 200 on the networks that are meant.</source>
        <translation>Eine Adresse, die in den gemeinten Netzen mit 200 antwortet.</translation>
    </message>
    <message>
        <source>Reconnecting</source>
        <translation>Wiederverbinden</translation>
    </message>
    <message>
        <source>What happens when the connection is lost.</source>
        <translation>Was geschieht, wenn die Verbindung verloren geht.</translation>
    </message>
    <message>
        <source>Connect again by itself</source>
        <translation>Von selbst wieder verbinden</translation>
    </message>
    <message>
        <source>With longer and longer waits in between.</source>
        <translation>Mit immer längeren Pausen dazwischen.</translation>
    </message>
    <message>
        <source>Tries in a row</source>
        <translation>Versuche in Folge</translation>
    </message>
    <message>
        <source>Then it waits for you.</source>
        <translation>Dann wird auf Sie gewartet.</translation>
    </message>
    <message>
        <source>For ever</source>
        <translation>Für immer</translation>
    </message>
    <message>
        <source>Longest wait</source>
        <translation>Längste Pause</translation>
    </message>
    <message>
        <source>Between two tries.</source>
        <translation>Zwischen zwei Versuchen.</translation>
    </message>
    <message>
        <source>What is offered to the gateway, which picks one of it.</source>
        <translation>Was dem Gateway angeboten wird; es wählt davon eines.</translation>
    </message>
    <message>
        <source>The cipher&apos;s own limit</source>
        <translation>Die eigene Grenze des Verfahrens</translation>
    </message>
    <message>
        <source>Encryption</source>
        <translation>Verschlüsselung</translation>
    </message>
    <message>
        <source>Which algorithms are used, and how long their keys last.</source>
        <translation>Welche Verfahren benutzt werden und wie lange ihre Schlüssel gelten.</translation>
    </message>
    <message>
        <source>Agreeing on keys (IKE)</source>
        <translation>Schlüssel vereinbaren (IKE)</translation>
    </message>
    <message>
        <source>Traffic (ESP)</source>
        <translation>Verkehr (ESP)</translation>
    </message>
    <message>
        <source>Name of a post-quantum key</source>
        <translation>Name eines Post-Quanten-Schlüssels</translation>
    </message>
    <message>
        <source>A key shared with the gateway beside everything else (RFC 8784).</source>
        <translation>Ein Schlüssel, den Sie und das Gateway neben allem anderen teilen (RFC 8784).</translation>
    </message>
    <message>
        <source>Post-quantum key</source>
        <translation>Post-Quanten-Schlüssel</translation>
    </message>
    <message>
        <source>The key of that name.</source>
        <translation>Der Schlüssel dieses Namens.</translation>
    </message>
    <message>
        <source>Do not connect without the post-quantum key</source>
        <translation>Ohne den Post-Quanten-Schlüssel nicht verbinden</translation>
    </message>
    <message>
        <source>Otherwise it is left out where the gateway has none.</source>
        <translation>Sonst wird er weggelassen, wo das Gateway keinen hat.</translation>
    </message>
    <message>
        <source>New IKE keys after</source>
        <translation>Neue IKE-Schlüssel nach</translation>
    </message>
    <message>
        <source>The connection goes on meanwhile.</source>
        <translation>Die Verbindung läuft dabei weiter.</translation>
    </message>
    <message>
        <source>Sign in anew after</source>
        <translation>Neu anmelden nach</translation>
    </message>
    <message>
        <source>Rarely needed; it may ask you again.</source>
        <translation>Selten nötig; Sie werden dann womöglich wieder gefragt.</translation>
    </message>
    <message>
        <source>When the gateway asks</source>
        <translation>Wenn das Gateway es verlangt</translation>
    </message>
    <message>
        <source>New traffic keys after</source>
        <translation>Neue Schlüssel für den Verkehr nach</translation>
    </message>
    <message>
        <source>New traffic keys after as much data</source>
        <translation>Neue Schlüssel für den Verkehr nach so vielen Daten</translation>
    </message>
    <message>
        <source>In either direction.</source>
        <translation>In jeder der beiden Richtungen.</translation>
    </message>
    <message>
        <source>New traffic keys after as many packets</source>
        <translation>Neue Schlüssel für den Verkehr nach so vielen Paketen</translation>
    </message>
    <message>
        <source>Getting through</source>
        <translation>Durchkommen</translation>
    </message>
    <message>
        <source>How packets reach the gateway in difficult networks.</source>
        <translation>Wie Pakete in schwierigen Netzen zum Gateway gelangen.</translation>
    </message>
    <message>
        <source>TCP instead of UDP</source>
        <translation>TCP statt UDP</translation>
    </message>
    <message>
        <source>Slower, and gets through where a network lets no UDP pass.</source>
        <translation>Langsamer, kommt aber durch, wo ein Netz kein UDP durchlässt.</translation>
    </message>
    <message>
        <source>When UDP gets no answer</source>
        <translation>Wenn UDP keine Antwort bekommt</translation>
    </message>
    <message>
        <source>TCP port</source>
        <translation>TCP-Port</translation>
    </message>
    <message>
        <source>Where the gateway listens for it.</source>
        <translation>Wo das Gateway dafür lauscht.</translation>
    </message>
    <message>
        <source>TCP inside TLS</source>
        <translation>TCP innerhalb von TLS</translation>
    </message>
    <message>
        <source>It only helps to get through; IKE inside it proves the gateway.</source>
        <translation>Hilft nur durchzukommen; IKE darin weist das Gateway aus.</translation>
    </message>
    <message>
        <source>Stay connected when the network changes (MOBIKE)</source>
        <translation>Verbunden bleiben, wenn das Netz wechselt (MOBIKE)</translation>
    </message>
    <message>
        <source>From Wi-Fi to cable and back.</source>
        <translation>Vom WLAN zum Kabel und zurück.</translation>
    </message>
    <message>
        <source>Come back without signing in anew</source>
        <translation>Ohne neue Anmeldung zurückkommen</translation>
    </message>
    <message>
        <source>With a ticket of the gateway, for some hours (RFC 5723).</source>
        <translation>Mit einer Karte des Gateways, für einige Stunden (RFC 5723).</translation>
    </message>
    <message>
        <source>Follow the gateway to another one</source>
        <translation>Dem Gateway zu einem anderen folgen</translation>
    </message>
    <message>
        <source>When it is too busy or being closed (RFC 5685).</source>
        <translation>Wenn es überlastet ist oder geschlossen wird (RFC 5685).</translation>
    </message>
    <message>
        <source>Split large IKE messages</source>
        <translation>Große IKE-Nachrichten aufteilen</translation>
    </message>
    <message>
        <source>Many routers drop large packets (RFC 7383).</source>
        <translation>Viele Router verwerfen große Pakete (RFC 7383).</translation>
    </message>
    <message>
        <source>Size of the pieces</source>
        <translation>Größe der Stücke</translation>
    </message>
    <message>
        <source>Of the IP packet that carries one.</source>
        <translation>Des IP-Pakets, das eines trägt.</translation>
    </message>
    <message>
        <source>What gets through</source>
        <translation>Was durchkommt</translation>
    </message>
    <message>
        <source>Sign in first, then set traffic up</source>
        <translation>Erst anmelden, dann den Verkehr einrichten</translation>
    </message>
    <message>
        <source>In two steps (RFC 6023); few gateways have it.</source>
        <translation>In zwei Schritten (RFC 6023); wenige Gateways können das.</translation>
    </message>
    <message>
        <source>How late a packet may be</source>
        <translation>Wie spät ein Paket kommen darf</translation>
    </message>
    <message>
        <source>Older ones are taken for copies and dropped.</source>
        <translation>Ältere gelten als Kopien und werden verworfen.</translation>
    </message>
    <message>
        <source>Show the priority of packets outside the tunnel</source>
        <translation>Vorrang der Pakete außerhalb des Tunnels zeigen</translation>
    </message>
    <message>
        <source>Networks on the way can serve calls first, and can tell them apart.</source>
        <translation>Netze unterwegs können Anrufe vorziehen und sie auch unterscheiden.</translation>
    </message>
    <message>
        <source>Timing</source>
        <translation>Zeiten</translation>
    </message>
    <message>
        <source>How long things may take.</source>
        <translation>Wie lange etwas dauern darf.</translation>
    </message>
    <message>
        <source>Ask whether the gateway is there after</source>
        <translation>Fragen, ob das Gateway da ist, nach</translation>
    </message>
    <message>
        <source>Of silence.</source>
        <translation>Stille.</translation>
    </message>
    <message>
        <source>Keep routers&apos; memory awake each</source>
        <translation>Das Gedächtnis von Routern auffrischen alle</translation>
    </message>
    <message>
        <source>Home routers forget connections that are silent.</source>
        <translation>Router daheim vergessen Verbindungen, die schweigen.</translation>
    </message>
    <message>
        <source>Say it again after</source>
        <translation>Noch einmal sagen nach</translation>
    </message>
    <message>
        <source>When a message gets no answer, then twice as long, and so on.</source>
        <translation>Wenn eine Nachricht keine Antwort bekommt, dann nach der doppelten Zeit und so fort.</translation>
    </message>
    <message>
        <source>Say it again so often</source>
        <translation>So oft noch einmal sagen</translation>
    </message>
    <message>
        <source>Then the gateway counts as gone.</source>
        <translation>Dann gilt das Gateway als weg.</translation>
    </message>
    <message>
        <source>Disconnect when nothing was used for</source>
        <translation>Trennen, wenn nichts benutzt wurde für</translation>
    </message>
    <message>
        <source>No packet of any program went through.</source>
        <translation>Kein Paket irgendeines Programms ging hindurch.</translation>
    </message>
</context>
<context>
    <name>Finding</name>
    <message>
        <source>%1 packets were too short to be of a VPN.</source>
        <translation>%1 Pakete waren zu kurz, um von einem VPN zu sein.</translation>
    </message>
    <message>
        <source>Somebody probes this machine; nothing needs doing.</source>
        <translation>Jemand tastet diesen Rechner ab; es ist nichts zu tun.</translation>
    </message>
    <message>
        <source>%1 packets were longer than can be received.</source>
        <translation>%1 Pakete waren länger, als empfangen werden kann.</translation>
    </message>
    <message>
        <source>No gateway sends such packets: tell your network&apos;s administrator.</source>
        <translation>Kein Gateway schickt solche Pakete: sagen Sie es dem Administrator Ihres Netzes.</translation>
    </message>
    <message>
        <source>The network reported an error %1 times in place of a packet.</source>
        <translation>Das Netz hat %1-mal statt eines Pakets einen Fehler gemeldet.</translation>
    </message>
    <message>
        <source>Check the cable or the wireless network, and look at the log.</source>
        <translation>Prüfen Sie Kabel oder WLAN, und sehen Sie ins Protokoll.</translation>
    </message>
    <message>
        <source>%1 of the gateway&apos;s messages came faster than they could be read.</source>
        <translation>%1 Nachrichten des Gateways kamen schneller, als sie gelesen werden konnten.</translation>
    </message>
    <message>
        <source>The machine is overloaded, or somebody floods it: see which programs are busy.</source>
        <translation>Der Rechner ist überlastet, oder jemand überflutet ihn: sehen Sie nach, welche Programme beschäftigt sind.</translation>
    </message>
    <message>
        <source>%1 packets belonged to no key in use, as a few do after new keys.</source>
        <translation>%1 Pakete gehörten zu keinem benutzten Schlüssel, wie einige wenige nach einem Schlüsselwechsel.</translation>
    </message>
    <message>
        <source>If the number keeps rising, disconnect and connect again.</source>
        <translation>Wenn die Zahl weiter steigt, trennen und verbinden Sie neu.</translation>
    </message>
    <message>
        <source>%1 packets came twice; the second was dropped.</source>
        <translation>%1 Pakete kamen doppelt; das zweite wurde jeweils verworfen.</translation>
    </message>
    <message>
        <source>The network duplicates packets, or somebody repeats them. Nothing got through.</source>
        <translation>Das Netz verdoppelt Pakete, oder jemand wiederholt sie. Nichts kam durch.</translation>
    </message>
    <message>
        <source>%1 packets came too late.</source>
        <translation>%1 Pakete kamen zu spät.</translation>
    </message>
    <message>
        <source>The network changes their order a lot: raise the replay window in the connection&apos;s advanced settings.</source>
        <translation>Das Netz vertauscht sie stark: erhöhen Sie das Wiederholungsfenster in den erweiterten Einstellungen der Verbindung.</translation>
    </message>
    <message>
        <source>%1 packets had a length that they cannot have.</source>
        <translation>%1 Pakete hatten eine Länge, die sie nicht haben können.</translation>
    </message>
    <message>
        <source>They were damaged or forged on the way. If it goes on, tell the gateway&apos;s administrator.</source>
        <translation>Sie wurden unterwegs beschädigt oder gefälscht. Wenn es so bleibt, sagen Sie es dem Administrator des Gateways.</translation>
    </message>
    <message>
        <source>%1 packets were changed or forged on the way.</source>
        <translation>%1 Pakete wurden unterwegs verändert oder gefälscht.</translation>
    </message>
    <message>
        <source>Nothing got through. If every packet fails, disconnect and connect again; else a device on the way is suspect.</source>
        <translation>Nichts kam durch. Wenn jedes Paket scheitert, trennen und verbinden Sie neu; sonst ist ein Gerät unterwegs verdächtig.</translation>
    </message>
    <message>
        <source>%1 packets were genuine but badly made.</source>
        <translation>%1 Pakete waren echt, aber schlecht gemacht.</translation>
    </message>
    <message>
        <source>The gateway has a fault: tell its administrator.</source>
        <translation>Das Gateway hat einen Fehler: sagen Sie es seinem Administrator.</translation>
    </message>
    <message>
        <source>%1 packets were not of the internet&apos;s protocols.</source>
        <translation>%1 Pakete gehörten nicht zu den Protokollen des Internets.</translation>
    </message>
    <message>
        <source>The gateway is set up for another mode: tell its administrator.</source>
        <translation>Das Gateway ist für eine andere Betriebsart eingerichtet: sagen Sie es seinem Administrator.</translation>
    </message>
    <message>
        <source>%1 empty packets were dropped, as they are meant to be.</source>
        <translation>%1 leere Pakete wurden verworfen, wie es sein soll.</translation>
    </message>
    <message>
        <source>%1 packets were genuine but hold a broken header.</source>
        <translation>%1 Pakete waren echt, haben aber einen kaputten Kopf.</translation>
    </message>
    <message>
        <source>The gateway, or a machine behind it, has a fault: tell its administrator.</source>
        <translation>Das Gateway, oder ein Rechner dahinter, hat einen Fehler: sagen Sie es seinem Administrator.</translation>
    </message>
    <message>
        <source>%1 packets came from addresses that were not agreed with the gateway.</source>
        <translation>%1 Pakete kamen von Adressen, die mit dem Gateway nicht vereinbart sind.</translation>
    </message>
    <message>
        <source>Its networks do not fit what was agreed: tell its administrator.</source>
        <translation>Seine Netze passen nicht zum Vereinbarten: sagen Sie es seinem Administrator.</translation>
    </message>
    <message>
        <source>%1 packets were marked on the way though their senders cannot read marks.</source>
        <translation>%1 Pakete wurden unterwegs markiert, obwohl ihre Absender Marken nicht lesen können.</translation>
    </message>
    <message>
        <source>A device on the way is at fault: tell the network&apos;s administrator.</source>
        <translation>Ein Gerät unterwegs ist schuld: sagen Sie es dem Administrator des Netzes.</translation>
    </message>
    <message>
        <source>%1 packets found no room in this machine.</source>
        <translation>%1 Pakete fanden in diesem Rechner keinen Platz.</translation>
    </message>
    <message>
        <source>It is overloaded: see which programs are busy.</source>
        <translation>Er ist überlastet: sehen Sie nach, welche Programme beschäftigt sind.</translation>
    </message>
    <message>
        <source>%1 packets were refused by this machine&apos;s tunnel device.</source>
        <translation>%1 Pakete hat das Tunnelgerät dieses Rechners abgelehnt.</translation>
    </message>
    <message>
        <source>Disconnect and connect again; the device may have been switched off, or IPv6 with it.</source>
        <translation>Trennen und verbinden Sie neu; vielleicht wurde das Gerät abgeschaltet, oder IPv6 darauf.</translation>
    </message>
    <message>
        <source>%1 packets of this machine were incomplete.</source>
        <translation>%1 Pakete dieses Rechners waren unvollständig.</translation>
    </message>
    <message>
        <source>A program makes its own packets; nothing needs doing.</source>
        <translation>Ein Programm macht seine Pakete selbst; es ist nichts zu tun.</translation>
    </message>
    <message>
        <source>%1 packets of this machine were for nobody whom the gateway serves.</source>
        <translation>%1 Pakete dieses Rechners waren für niemanden, den das Gateway bedient.</translation>
    </message>
    <message>
        <source>A few are usual. If something is not reached, look at the split tunnel&apos;s networks.</source>
        <translation>Einige wenige sind üblich. Wenn etwas nicht erreicht wird, sehen Sie sich die Netze des geteilten Tunnels an.</translation>
    </message>
    <message>
        <source>%1 packets of this machine were too large, and their senders were told.</source>
        <translation>%1 Pakete dieses Rechners waren zu groß, und ihre Absender haben es erfahren.</translation>
    </message>
    <message>
        <source>A few are usual. If a program stalls, set the MTU to 1280 in the connection&apos;s advanced settings.</source>
        <translation>Einige wenige sind üblich. Wenn ein Programm hängt, setzen Sie die MTU in den erweiterten Einstellungen der Verbindung auf 1280.</translation>
    </message>
    <message>
        <source>%1 packets were not sent because their key was used up.</source>
        <translation>%1 Pakete wurden nicht gesendet, weil ihr Schlüssel aufgebraucht war.</translation>
    </message>
    <message>
        <source>The gateway did not agree to new keys in time: disconnect and connect again.</source>
        <translation>Das Gateway hat neuen Schlüsseln nicht rechtzeitig zugestimmt: trennen und verbinden Sie neu.</translation>
    </message>
    <message>
        <source>%1 packets could not be encrypted.</source>
        <translation>%1 Pakete ließen sich nicht verschlüsseln.</translation>
    </message>
    <message>
        <source>The system forbids the cipher (FIPS mode): choose another in the connection&apos;s advanced settings.</source>
        <translation>Das System verbietet das Verfahren (FIPS-Modus): wählen Sie in den erweiterten Einstellungen der Verbindung ein anderes.</translation>
    </message>
    <message>
        <source>%1 packets found no room on the way out.</source>
        <translation>%1 Pakete fanden auf dem Weg hinaus keinen Platz.</translation>
    </message>
    <message>
        <source>Your uplink is slower than what is sent; usual when it is busy.</source>
        <translation>Ihr Anschluss ist langsamer, als gesendet wird; üblich, wenn er ausgelastet ist.</translation>
    </message>
    <message>
        <source>%1 packets to the gateway were stopped by this machine&apos;s firewall.</source>
        <translation>%1 Pakete an das Gateway hat die Firewall dieses Rechners angehalten.</translation>
    </message>
    <message>
        <source>Allow UDP port 4500 to the gateway in the firewall&apos;s settings.</source>
        <translation>Erlauben Sie in den Einstellungen der Firewall den UDP-Port 4500 zum Gateway.</translation>
    </message>
    <message>
        <source>%1 packets were answered with: nobody listens there.</source>
        <translation>%1 Pakete wurden damit beantwortet, dass dort niemand lauscht.</translation>
    </message>
    <message>
        <source>The gateway&apos;s VPN stopped, or a firewall in front of it refuses: tell its administrator.</source>
        <translation>Das VPN des Gateways ist aus, oder eine Firewall davor lehnt ab: sagen Sie es seinem Administrator.</translation>
    </message>
    <message>
        <source>%1 packets found no way to the gateway.</source>
        <translation>%1 Pakete fanden keinen Weg zum Gateway.</translation>
    </message>
    <message>
        <source>Check this machine&apos;s network.</source>
        <translation>Prüfen Sie das Netz dieses Rechners.</translation>
    </message>
    <message>
        <source>%1 packets were larger than the way to the gateway takes.</source>
        <translation>%1 Pakete waren größer, als der Weg zum Gateway zulässt.</translation>
    </message>
    <message>
        <source>The tunnel learns from them. If the number keeps rising, set the MTU to 1280 in the connection&apos;s advanced settings.</source>
        <translation>Der Tunnel lernt daraus. Wenn die Zahl weiter steigt, setzen Sie die MTU in den erweiterten Einstellungen der Verbindung auf 1280.</translation>
    </message>
    <message>
        <source>%1 packets were refused by the network.</source>
        <translation>%1 Pakete hat das Netz abgelehnt.</translation>
    </message>
    <message>
        <source>%1 is known as %2: %4 said so within %3 ms.</source>
        <translation>%1 ist als %2 bekannt: das sagte %4 innerhalb von %3 ms.</translation>
    </message>
    <message>
        <source>%1 is an address; no name has to be looked up.</source>
        <translation>%1 ist eine Adresse; kein Name muss nachgeschlagen werden.</translation>
    </message>
    <message>
        <source>It took %3 ms until %4 said that %1 is %2.</source>
        <translation>Es dauerte %3 ms, bis %4 sagte, dass %1 die Adresse %2 hat.</translation>
    </message>
    <message>
        <source>Use a faster name server, or enter the address in place of the name.</source>
        <translation>Nehmen Sie einen schnelleren Namensserver, oder geben Sie statt des Namens die Adresse ein.</translation>
    </message>
    <message>
        <source>The name %1 is not known (%2). Asked was: %3.</source>
        <translation>Der Name %1 ist nicht bekannt (%2). Gefragt wurde: %3.</translation>
    </message>
    <message>
        <source>Check its spelling, and whether other websites open: a hotel&apos;s or train&apos;s login page may want to be seen first.</source>
        <translation>Prüfen Sie die Schreibweise und ob andere Websites aufgehen: vielleicht will die Anmeldeseite eines Hotels oder Zuges zuerst gesehen werden.</translation>
    </message>
    <message>
        <source>The gateway answers: %1, port %2, within %3 ms.</source>
        <translation>Das Gateway antwortet: %1, Port %2, innerhalb von %3 ms.</translation>
    </message>
    <message>
        <source>%1 does not answer at port %2, and nobody says why.</source>
        <translation>%1 antwortet an Port %2 nicht, und niemand sagt, warum.</translation>
    </message>
    <message>
        <source>A firewall on the way stops it, or there is no VPN gateway. Try another network, such as your phone&apos;s.</source>
        <translation>Eine Firewall unterwegs hält es an, oder es gibt dort kein VPN-Gateway. Versuchen Sie ein anderes Netz, etwa das Ihres Telefons.</translation>
    </message>
    <message>
        <source>%1 says that nobody listens at port %2, or a firewall says so in its name.</source>
        <translation>%1 sagt, dass an Port %2 niemand lauscht, oder eine Firewall sagt das in seinem Namen.</translation>
    </message>
    <message>
        <source>Check the server&apos;s name and port, and ask its administrator whether the VPN runs.</source>
        <translation>Prüfen Sie Namen und Port des Servers, und fragen Sie seinen Administrator, ob das VPN läuft.</translation>
    </message>
    <message>
        <source>This machine&apos;s own firewall lets nothing out to %1, port %2.</source>
        <translation>Die Firewall dieses Rechners lässt nichts zu %1, Port %2 hinaus.</translation>
    </message>
    <message>
        <source>Allow it in the firewall&apos;s settings. The kill switch of another VPN may be on.</source>
        <translation>Erlauben Sie es in den Einstellungen der Firewall. Vielleicht ist der Kill-Switch eines anderen VPN an.</translation>
    </message>
    <message>
        <source>There is no way to %1 (%2).</source>
        <translation>Es gibt keinen Weg zu %1 (%2).</translation>
    </message>
    <message>
        <source>Check that this machine is connected to a network. Without IPv6 there, IPv4 is used.</source>
        <translation>Prüfen Sie, ob dieser Rechner mit einem Netz verbunden ist. Ohne IPv6 dort wird IPv4 benutzt.</translation>
    </message>
    <message>
        <source>Port 500 is blocked on the way, and port 4500 is not.</source>
        <translation>Port 500 ist unterwegs gesperrt, Port 4500 nicht.</translation>
    </message>
    <message>
        <source>Enter 4500 as the port in the connection&apos;s settings.</source>
        <translation>Geben Sie in den Einstellungen der Verbindung 4500 als Port ein.</translation>
    </message>
    <message>
        <source>Port 4500 is blocked on the way, and port 500 is not: connecting begins, and then hangs.</source>
        <translation>Port 4500 ist unterwegs gesperrt, Port 500 nicht: das Verbinden fängt an und bleibt dann hängen.</translation>
    </message>
    <message>
        <source>Ask the network&apos;s administrator to open it, or choose TCP in the connection&apos;s advanced settings if the gateway has it.</source>
        <translation>Bitten Sie den Administrator des Netzes, ihn zu öffnen, oder wählen Sie in den erweiterten Einstellungen der Verbindung TCP, wenn das Gateway es hat.</translation>
    </message>
    <message>
        <source>Nothing is heard of the gateway.</source>
        <translation>Vom Gateway ist nichts zu hören.</translation>
    </message>
    <message>
        <source>Try another network. If it works there, this one blocks VPNs; TCP may get through.</source>
        <translation>Versuchen Sie ein anderes Netz. Wenn es dort geht, sperrt dieses VPNs; TCP kommt vielleicht durch.</translation>
    </message>
    <message>
        <source>The gateway speaks only IKEv1, which is obsolete. Ginnel speaks IKEv2.</source>
        <translation>Das Gateway spricht nur das veraltete IKEv1. Ginnel spricht IKEv2.</translation>
    </message>
    <message>
        <source>Ask its administrator to enable IKEv2.</source>
        <translation>Bitten Sie seinen Administrator, IKEv2 einzuschalten.</translation>
    </message>
    <message>
        <source>The gateway answers with the error %1.</source>
        <translation>Das Gateway antwortet mit dem Fehler %1.</translation>
    </message>
    <message>
        <source>Ask its administrator to look at its log.</source>
        <translation>Bitten Sie seinen Administrator, in dessen Protokoll zu sehen.</translation>
    </message>
    <message>
        <source>The gateway can also be reached by TCP: %1, port %2, within %3 ms.</source>
        <translation>Das Gateway ist auch über TCP erreichbar: %1, Port %2, innerhalb von %3 ms.</translation>
    </message>
    <message>
        <source>The gateway offers no way by TCP (port %2: %3), should UDP be blocked.</source>
        <translation>Das Gateway bietet keinen Weg über TCP an (Port %2: %3), falls UDP gesperrt ist.</translation>
    </message>
    <message>
        <source>Nothing needs doing as long as UDP works. Else ask its administrator for TCP encapsulation.</source>
        <translation>Solange UDP geht, ist nichts zu tun. Sonst bitten Sie seinen Administrator um TCP-Kapselung.</translation>
    </message>
    <message>
        <source>Something else than a VPN answers at TCP port %2 of %1.</source>
        <translation>Am TCP-Port %2 von %1 antwortet etwas anderes als ein VPN.</translation>
    </message>
    <message>
        <source>Check TCP port and TLS in the connection&apos;s advanced settings with the gateway&apos;s administrator.</source>
        <translation>Prüfen Sie mit dem Administrator des Gateways TCP-Port und TLS in den erweiterten Einstellungen der Verbindung.</translation>
    </message>
    <message>
        <source>This connection uses UDP alone, as its settings say.</source>
        <translation>Diese Verbindung benutzt nur UDP, wie es in ihren Einstellungen steht.</translation>
    </message>
    <message>
        <source>No router changes this machine&apos;s address.</source>
        <translation>Kein Router ändert die Adresse dieses Rechners.</translation>
    </message>
    <message>
        <source>A router changes this machine&apos;s address, as at most homes. The tunnel is made for that.</source>
        <translation>Ein Router ändert die Adresse dieses Rechners, wie fast überall daheim. Dafür ist der Tunnel gemacht.</translation>
    </message>
    <message>
        <source>The gateway is behind a router that changes its address, or says so.</source>
        <translation>Das Gateway ist hinter einem Router, der seine Adresse ändert, oder sagt das.</translation>
    </message>
    <message>
        <source>The gateway cannot work behind address translation, and Ginnel needs that.</source>
        <translation>Das Gateway kann nicht mit Adressumsetzung arbeiten, und Ginnel braucht das.</translation>
    </message>
    <message>
        <source>Ask its administrator to enable NAT traversal (UDP encapsulation).</source>
        <translation>Bitten Sie seinen Administrator, NAT-Traversal (UDP-Kapselung) einzuschalten.</translation>
    </message>
    <message>
        <source>Whether a router changes addresses is not known: the gateway says it only once encryption is agreed on.</source>
        <translation>Ob ein Router Adressen ändert, ist nicht bekannt: das Gateway sagt es erst, wenn die Verschlüsselung vereinbart ist.</translation>
    </message>
    <message>
        <source>Solve first what is said about encryption.</source>
        <translation>Lösen Sie zuerst, was über die Verschlüsselung gesagt ist.</translation>
    </message>
    <message>
        <source>Encryption is agreed on: %1.</source>
        <translation>Die Verschlüsselung ist vereinbart: %1.</translation>
    </message>
    <message>
        <source>The gateway prefers the key exchange %1, which costs each connection a little time.</source>
        <translation>Das Gateway zieht den Schlüsseltausch %1 vor; das kostet jede Verbindung etwas Zeit.</translation>
    </message>
    <message>
        <source>Move it to the top of the list in the connection&apos;s advanced settings.</source>
        <translation>Setzen Sie ihn in den erweiterten Einstellungen der Verbindung an die erste Stelle.</translation>
    </message>
    <message>
        <source>The gateway accepts none of this connection&apos;s encryption.</source>
        <translation>Das Gateway nimmt nichts von der Verschlüsselung dieser Verbindung an.</translation>
    </message>
    <message>
        <source>See below what it does accept, and choose that in the connection&apos;s advanced settings.</source>
        <translation>Unten steht, was es annimmt; wählen Sie das in den erweiterten Einstellungen der Verbindung.</translation>
    </message>
    <message>
        <source>The gateway accepts: %1.</source>
        <translation>Das Gateway nimmt an: %1.</translation>
    </message>
    <message>
        <source>Choose one of these in the connection&apos;s advanced settings. The gateway&apos;s administrator can tell which is preferred.</source>
        <translation>Wählen Sie eines davon in den erweiterten Einstellungen der Verbindung. Der Administrator des Gateways weiß, welches vorzuziehen ist.</translation>
    </message>
    <message>
        <source>The gateway accepts only Triple DES, which is broken, and which Ginnel does not have.</source>
        <translation>Das Gateway nimmt nur Triple-DES an; das ist gebrochen, und Ginnel hat es nicht.</translation>
    </message>
    <message>
        <source>Ask its administrator to enable AES.</source>
        <translation>Bitten Sie seinen Administrator, AES einzuschalten.</translation>
    </message>
    <message>
        <source>The gateway refuses all that Ginnel can offer.</source>
        <translation>Das Gateway lehnt alles ab, was Ginnel anbieten kann.</translation>
    </message>
    <message>
        <source>It may not know this machine: ask its administrator whom it lets in, and with what.</source>
        <translation>Vielleicht kennt es diesen Rechner nicht: fragen Sie seinen Administrator, wen es einlässt und womit.</translation>
    </message>
    <message>
        <source>Large messages arrive (%1 octets).</source>
        <translation>Große Nachrichten kommen an (%1 Bytes).</translation>
    </message>
    <message>
        <source>Packets in pieces do not arrive (%1 octets), but the tunnel&apos;s messages are cut up before.</source>
        <translation>Zerteilte Pakete kommen nicht an (%1 Bytes), aber die Nachrichten des Tunnels werden vorher aufgeteilt.</translation>
    </message>
    <message>
        <source>Nothing needs doing.</source>
        <translation>Es ist nichts zu tun.</translation>
    </message>
    <message>
        <source>Packets in pieces do not arrive (%1 octets), and the gateway cannot cut up its messages.</source>
        <translation>Zerteilte Pakete kommen nicht an (%1 Bytes), und das Gateway kann seine Nachrichten nicht aufteilen.</translation>
    </message>
    <message>
        <source>Logging in with certificates may hang: ask the gateway&apos;s administrator to enable IKE fragmentation.</source>
        <translation>Die Anmeldung mit Zertifikaten kann hängen bleiben: bitten Sie den Administrator des Gateways, die IKE-Fragmentierung einzuschalten.</translation>
    </message>
    <message>
        <source>The way carries packets of %1 octets.</source>
        <translation>Der Weg trägt Pakete von %1 Bytes.</translation>
    </message>
    <message>
        <source>The way carries packets of at most %1 octets, and says so.</source>
        <translation>Der Weg trägt Pakete von höchstens %1 Bytes und sagt das auch.</translation>
    </message>
    <message>
        <source>The tunnel adapts by itself; nothing needs doing.</source>
        <translation>Der Tunnel passt sich von selbst an; es ist nichts zu tun.</translation>
    </message>
    <message>
        <source>Packets of more than %1 octets vanish on the way without a word.</source>
        <translation>Pakete von mehr als %1 Bytes verschwinden unterwegs wortlos.</translation>
    </message>
    <message>
        <source>The tunnel finds that out by itself. If it stalls at first, set the MTU to 1280 in the connection&apos;s advanced settings.</source>
        <translation>Der Tunnel findet das selbst heraus. Wenn er anfangs hängt, setzen Sie die MTU in den erweiterten Einstellungen der Verbindung auf 1280.</translation>
    </message>
    <message>
        <source>How large packets may be on the way is not known, as the gateway does not answer when asked.</source>
        <translation>Wie groß Pakete unterwegs sein dürfen, ist nicht bekannt, da das Gateway auf die Frage nicht antwortet.</translation>
    </message>
    <message>
        <source>If large downloads stall, set the MTU to 1280 in the connection&apos;s advanced settings.</source>
        <translation>Wenn große Downloads hängen, setzen Sie die MTU in den erweiterten Einstellungen der Verbindung auf 1280.</translation>
    </message>
    <message>
        <source>The certificate “%1” is valid until %2.</source>
        <translation>Das Zertifikat „%1“ gilt bis %2.</translation>
    </message>
    <message>
        <source>Your certificate “%1” ends on %2.</source>
        <translation>Ihr Zertifikat „%1“ endet am %2.</translation>
    </message>
    <message>
        <source>Ask whoever gave it to you for a new one in time.</source>
        <translation>Bitten Sie den, der es Ihnen gab, rechtzeitig um ein neues.</translation>
    </message>
    <message>
        <source>The certificate “%1” ended on %2.</source>
        <translation>Das Zertifikat „%1“ endete am %2.</translation>
    </message>
    <message>
        <source>Ask whoever issued it for a new one. If the date looks wrong, check this machine&apos;s clock.</source>
        <translation>Bitten Sie den Aussteller um ein neues. Wenn das Datum nicht stimmt, prüfen Sie die Uhr dieses Rechners.</translation>
    </message>
    <message>
        <source>The certificate “%1” is valid only from %2 on.</source>
        <translation>Das Zertifikat „%1“ gilt erst ab %2.</translation>
    </message>
    <message>
        <source>Check this machine&apos;s clock and time zone; it is probably slow.</source>
        <translation>Prüfen Sie Uhr und Zeitzone dieses Rechners; sie geht wohl nach.</translation>
    </message>
    <message>
        <source>The certificate “%1” is missing, or cannot be read.</source>
        <translation>Das Zertifikat „%1“ fehlt oder lässt sich nicht lesen.</translation>
    </message>
    <message>
        <source>Add it again in the connection&apos;s settings.</source>
        <translation>Fügen Sie es in den Einstellungen der Verbindung neu hinzu.</translation>
    </message>
    <message>
        <source>The private key of your certificate “%1” is missing.</source>
        <translation>Der private Schlüssel Ihres Zertifikats „%1“ fehlt.</translation>
    </message>
    <message>
        <source>Import the file with certificate and key again (.p12 or .pfx).</source>
        <translation>Importieren Sie die Datei mit Zertifikat und Schlüssel noch einmal (.p12 oder .pfx).</translation>
    </message>
    <message>
        <source>The private key does not belong to your certificate “%1”.</source>
        <translation>Der private Schlüssel gehört nicht zu Ihrem Zertifikat „%1“.</translation>
    </message>
    <message>
        <source>Import the file with the two that belong together (.p12 or .pfx).</source>
        <translation>Importieren Sie die Datei mit den beiden, die zusammengehören (.p12 oder .pfx).</translation>
    </message>
    <message>
        <source>The gateway&apos;s certificate is checked against the authorities that the system trusts.</source>
        <translation>Das Zertifikat des Gateways wird mit den Stellen geprüft, denen das System vertraut.</translation>
    </message>
    <message>
        <source>The connection relies on the authorities that the system trusts, and the system has none.</source>
        <translation>Die Verbindung verlässt sich auf die Stellen, denen das System vertraut, und das System hat keine.</translation>
    </message>
    <message>
        <source>Install the system&apos;s package of certificates (ca-certificates), or add the gateway&apos;s own root certificate to the connection.</source>
        <translation>Installieren Sie das Paket mit Zertifikaten des Systems (ca-certificates), oder fügen Sie der Verbindung das Wurzelzertifikat des Gateways hinzu.</translation>
    </message>
    <message>
        <source>This machine&apos;s clock is kept right.</source>
        <translation>Die Uhr dieses Rechners wird gestellt.</translation>
    </message>
    <message>
        <source>Nothing seems to keep this machine&apos;s clock right.</source>
        <translation>Nichts scheint die Uhr dieses Rechners zu stellen.</translation>
    </message>
    <message>
        <source>Switch on automatic time in the system&apos;s settings: certificates begin and end by the clock.</source>
        <translation>Schalten Sie in den Einstellungen des Systems die automatische Zeit ein: Zertifikate beginnen und enden nach der Uhr.</translation>
    </message>
    <message>
        <source>This machine&apos;s clock says %3, but “%1” begins on %2: the clock is slow.</source>
        <translation>Die Uhr dieses Rechners zeigt %3, aber „%1“ beginnt am %2: die Uhr geht nach.</translation>
    </message>
    <message>
        <source>Set the clock, best by switching on automatic time in the system&apos;s settings.</source>
        <translation>Stellen Sie die Uhr, am besten durch die automatische Zeit in den Einstellungen des Systems.</translation>
    </message>
    <message>
        <source>By this machine&apos;s clock (%1) the gateway&apos;s certificate is not valid; the clock may be wrong.</source>
        <translation>Nach der Uhr dieses Rechners (%1) gilt das Zertifikat des Gateways nicht; die Uhr kann falsch gehen.</translation>
    </message>
    <message>
        <source>Check the clock first: switch on automatic time in the system&apos;s settings.</source>
        <translation>Prüfen Sie zuerst die Uhr: schalten Sie in den Einstellungen des Systems die automatische Zeit ein.</translation>
    </message>
    <message>
        <source>Nothing else on this machine wants the tunnel&apos;s traffic.</source>
        <translation>Nichts anderes auf diesem Rechner beansprucht den Verkehr des Tunnels.</translation>
    </message>
    <message>
        <source>The tunnel&apos;s network %1 overlaps with the network at hand (%2 at %3): what is there cannot be reached while connected.</source>
        <translation>Das Netz %1 des Tunnels überschneidet sich mit dem Netz am Ort (%2 an %3): was dort ist, lässt sich nicht erreichen, solange verbunden ist.</translation>
    </message>
    <message>
        <source>Change the addresses of your home network, or keep that network out of the tunnel on the page “Split tunnel”.</source>
        <translation>Ändern Sie die Adressen Ihres Netzes daheim, oder halten Sie dieses Netz auf der Seite „Geteilter Tunnel“ draußen.</translation>
    </message>
    <message>
        <source>The tunnel&apos;s network %1 is reached through %2, which looks like another VPN.</source>
        <translation>Das Netz %1 des Tunnels wird über %2 erreicht, das wie ein anderes VPN aussieht.</translation>
    </message>
    <message>
        <source>Disconnect the other VPN, or leave that network to one of the two.</source>
        <translation>Trennen Sie das andere VPN, oder überlassen Sie dieses Netz einem der beiden.</translation>
    </message>
    <message>
        <source>%1 looks like another VPN.</source>
        <translation>%1 sieht wie ein anderes VPN aus.</translation>
    </message>
    <message>
        <source>Both can run side by side as long as their networks differ.</source>
        <translation>Beide können nebeneinander laufen, solange sich ihre Netze unterscheiden.</translation>
    </message>
    <message>
        <source>%1 looks like another VPN, and takes all traffic.</source>
        <translation>%1 sieht wie ein anderes VPN aus und nimmt allen Verkehr.</translation>
    </message>
    <message>
        <source>Disconnect it, unless this tunnel is meant to run inside it.</source>
        <translation>Trennen Sie es, wenn dieser Tunnel nicht in ihm laufen soll.</translation>
    </message>
    <message>
        <source>The gateway (%1) is reached through %2, which looks like another VPN.</source>
        <translation>Das Gateway (%1) wird über %2 erreicht, das wie ein anderes VPN aussieht.</translation>
    </message>
    <message>
        <source>Disconnect the other VPN, unless this tunnel is meant to run inside it.</source>
        <translation>Trennen Sie das andere VPN, wenn dieser Tunnel nicht in ihm laufen soll.</translation>
    </message>
    <message>
        <source>Names are asked of %1.</source>
        <translation>Nach Namen wird %1 gefragt.</translation>
    </message>
    <message>
        <source>Names are asked of %1, which lies in the tunnel&apos;s network %2 and is not reached once connected.</source>
        <translation>Nach Namen wird %1 gefragt; das liegt im Netz %2 des Tunnels und ist nach dem Verbinden nicht erreichbar.</translation>
    </message>
    <message>
        <source>Keep it out of the tunnel on the page “Split tunnel”, or name servers inside in the connection&apos;s settings.</source>
        <translation>Halten Sie es auf der Seite „Geteilter Tunnel“ draußen, oder nennen Sie in den Einstellungen der Verbindung Server innerhalb.</translation>
    </message>
    <message>
        <source>All traffic goes through the tunnel, but names are asked outside it, of %1: they can see which.</source>
        <translation>Aller Verkehr geht durch den Tunnel, aber nach Namen wird außerhalb gefragt, bei %1: dort sieht man, nach welchen.</translation>
    </message>
    <message>
        <source>Name servers inside the tunnel in the connection&apos;s settings.</source>
        <translation>Nennen Sie in den Einstellungen der Verbindung Namensserver innerhalb des Tunnels.</translation>
    </message>
    <message>
        <source>Names are asked inside the tunnel, of %1.</source>
        <translation>Nach Namen wird innerhalb des Tunnels gefragt, bei %1.</translation>
    </message>
    <message>
        <source>Names are also asked outside the tunnel, of %1: they can see which.</source>
        <translation>Nach Namen wird auch außerhalb des Tunnels gefragt, bei %1: dort sieht man, nach welchen.</translation>
    </message>
    <message>
        <source>Another program has set these servers: end it. The kill switch stops such questions on their way.</source>
        <translation>Ein anderes Programm hat diese Server eingetragen: beenden Sie es. Der Kill-Switch hält solche Fragen unterwegs an.</translation>
    </message>
    <message>
        <source>No program asks the tunnel&apos;s name servers: %1.</source>
        <translation>Kein Programm fragt die Namensserver des Tunnels: %1.</translation>
    </message>
    <message>
        <source>Another program has set others since: disconnect and connect again.</source>
        <translation>Ein anderes Programm hat seither andere eingetragen: trennen und verbinden Sie neu.</translation>
    </message>
    <message>
        <source>All names are asked of %1, as this machine cannot tell the tunnel&apos;s names from others.</source>
        <translation>Nach allen Namen wird %1 gefragt, da dieser Rechner die Namen des Tunnels nicht von anderen unterscheiden kann.</translation>
    </message>
    <message>
        <source>With systemd-resolved it can; an administrator can install it.</source>
        <translation>Mit systemd-resolved kann er es; ein Administrator kann es installieren.</translation>
    </message>
    <message>
        <source>Names below %1 are asked outside the tunnel, of %2: another network claims them.</source>
        <translation>Nach Namen unter %1 wird außerhalb des Tunnels gefragt, bei %2: ein anderes Netz beansprucht sie.</translation>
    </message>
    <message>
        <source>Nothing needs doing where those are names of the network at hand.</source>
        <translation>Es ist nichts zu tun, wenn das Namen des Netzes am Ort sind.</translation>
    </message>
    <message>
        <source>Programs ask a name server on this machine (%1), and whom it asks cannot be seen from here.</source>
        <translation>Programme fragen einen Namensserver auf diesem Rechner (%1), und wen der fragt, ist von hier nicht zu sehen.</translation>
    </message>
    <message>
        <source>Let all names go through the tunnel in the connection&apos;s settings if that matters.</source>
        <translation>Wenn das wichtig ist, lassen Sie in den Einstellungen der Verbindung alle Namen durch den Tunnel gehen.</translation>
    </message>
    <message>
        <source>Some programs ask %1 for names, outside the tunnel.</source>
        <translation>Manche Programme fragen %1 nach Namen, außerhalb des Tunnels.</translation>
    </message>
    <message>
        <source>An administrator can link /etc/resolv.conf to the file of systemd-resolved.</source>
        <translation>Ein Administrator kann /etc/resolv.conf auf die Datei von systemd-resolved verweisen lassen.</translation>
    </message>
    <message>
        <source>Whom this machine asks for names cannot be seen: %1.</source>
        <translation>Wen dieser Rechner nach Namen fragt, ist nicht zu sehen: %1.</translation>
    </message>
    <message>
        <source>An administrator should look at /etc/resolv.conf.</source>
        <translation>Ein Administrator sollte sich /etc/resolv.conf ansehen.</translation>
    </message>
    <message>
        <source>No kill switch stops traffic.</source>
        <translation>Kein Kill-Switch hält Verkehr an.</translation>
    </message>
    <message>
        <source>The kill switch lets nothing past the tunnel.</source>
        <translation>Der Kill-Switch lässt nichts am Tunnel vorbei.</translation>
    </message>
    <message>
        <source>The kill switch stops all traffic, as a tunnel is wanted and is not up.</source>
        <translation>Der Kill-Switch hält allen Verkehr an, da ein Tunnel verlangt ist und nicht steht.</translation>
    </message>
    <message>
        <source>Connect, or turn it off on the page “Kill switch”.</source>
        <translation>Verbinden Sie, oder schalten Sie ihn auf der Seite „Kill-Switch“ aus.</translation>
    </message>
    <message>
        <source>Ginnel&apos;s service has the rights that it needs.</source>
        <translation>Ginnels Dienst hat die nötigen Rechte.</translation>
    </message>
    <message>
        <source>Ginnel&apos;s service may not change the machine&apos;s network.</source>
        <translation>Ginnels Dienst darf das Netz dieses Rechners nicht ändern.</translation>
    </message>
    <message>
        <source>Install Ginnel anew, so that its service gets its rights.</source>
        <translation>Installieren Sie Ginnel neu, damit sein Dienst seine Rechte bekommt.</translation>
    </message>
    <message>
        <source>The service&apos;s memory may be written to the disk&apos;s swap, and keys with it.</source>
        <translation>Der Speicher des Dienstes kann auf die Platte ausgelagert werden, und Schlüssel mit ihm.</translation>
    </message>
    <message>
        <source>Install Ginnel anew, so that its service gets its rights, or encrypt the disk.</source>
        <translation>Installieren Sie Ginnel neu, damit sein Dienst seine Rechte bekommt, oder verschlüsseln Sie die Platte.</translation>
    </message>
    <message>
        <source>This was not done in time: %1.</source>
        <translation>Das wurde nicht rechtzeitig fertig: %1.</translation>
    </message>
    <message>
        <source>Try again; the network may be slow.</source>
        <translation>Versuchen Sie es noch einmal; vielleicht ist das Netz langsam.</translation>
    </message>
    <message>
        <source>This could not be examined: %1 (%2).</source>
        <translation>Das ließ sich nicht untersuchen: %1 (%2).</translation>
    </message>
    <message>
        <source>Look at the log.</source>
        <translation>Sehen Sie ins Protokoll.</translation>
    </message>
    <message>
        <source>Problem</source>
        <translation>Problem</translation>
    </message>
    <message>
        <source>Hint</source>
        <translation>Hinweis</translation>
    </message>
    <message>
        <source>In order</source>
        <translation>In Ordnung</translation>
    </message>
    <message>
        <source>The gateway&apos;s name</source>
        <translation>Der Name des Gateways</translation>
    </message>
    <message>
        <source>The way to the gateway (UDP)</source>
        <translation>Der Weg zum Gateway (UDP)</translation>
    </message>
    <message>
        <source>The other way (TCP)</source>
        <translation>Der andere Weg (TCP)</translation>
    </message>
    <message>
        <source>Address translation on the way</source>
        <translation>Adressumsetzung unterwegs</translation>
    </message>
    <message>
        <source>Encryption that the gateway accepts</source>
        <translation>Verschlüsselung, die das Gateway annimmt</translation>
    </message>
    <message>
        <source>Large messages</source>
        <translation>Große Nachrichten</translation>
    </message>
    <message>
        <source>Size of packets on the way</source>
        <translation>Größe der Pakete unterwegs</translation>
    </message>
    <message>
        <source>Certificates</source>
        <translation>Zertifikate</translation>
    </message>
    <message>
        <source>This machine&apos;s clock</source>
        <translation>Die Uhr dieses Rechners</translation>
    </message>
    <message>
        <source>Name servers</source>
        <translation>Namensserver</translation>
    </message>
    <message>
        <source>Networks that get in each other&apos;s way</source>
        <translation>Netze, die einander in die Quere kommen</translation>
    </message>
    <message>
        <source>Kill switch and firewall</source>
        <translation>Kill-Switch und Firewall</translation>
    </message>
    <message>
        <source>Rights of Ginnel&apos;s service</source>
        <translation>Rechte von Ginnels Dienst</translation>
    </message>
    <message>
        <source>checksums left to the tunnel</source>
        <translation>Prüfsummen, die dem Tunnel überlassen werden</translation>
    </message>
    <message>
        <source>large packets of TCP over IPv4</source>
        <translation>große Pakete von TCP über IPv4</translation>
    </message>
    <message>
        <source>large packets of TCP over IPv6</source>
        <translation>große Pakete von TCP über IPv6</translation>
    </message>
    <message>
        <source>large packets of UDP</source>
        <translation>große Pakete von UDP</translation>
    </message>
    <message>
        <source>many packets to the gateway at once</source>
        <translation>viele Pakete auf einmal zum Gateway</translation>
    </message>
    <message>
        <source>many packets from the gateway at once</source>
        <translation>viele Pakete auf einmal vom Gateway</translation>
    </message>
    <message>
        <source>sending in batches</source>
        <translation>gebündeltes Senden</translation>
    </message>
    <message>
        <source>receiving in batches</source>
        <translation>gebündeltes Empfangen</translation>
    </message>
    <message>
        <source>precedence over ordinary programs</source>
        <translation>Vorrang vor gewöhnlichen Programmen</translation>
    </message>
    <message>
        <source>nobody</source>
        <translation>niemand</translation>
    </message>
    <message>
        <source>The service found something that this version of the app does not know: %1</source>
        <translation>Der Dienst hat etwas gefunden, das diese Version der App nicht kennt: %1</translation>
    </message>
    <message>
        <source>Bring the app and the service to the same version.</source>
        <translation>Bringen Sie App und Dienst auf dieselbe Version.</translation>
    </message>
    <message>
        <source>This machine can have tunnels.</source>
        <translation>Dieser Rechner kann Tunnel haben.</translation>
    </message>
    <message>
        <source>This machine offers no tunnel device, so nothing can go through a tunnel.</source>
        <translation>Dieser Rechner bietet kein Tunnelgerät an, daher kann nichts durch einen Tunnel gehen.</translation>
    </message>
    <message>
        <source>Restart the machine, above all after an update of the system. In a container, its host has to pass the device /dev/net/tun in.</source>
        <translation>Starten Sie den Rechner neu, vor allem nach einem Update des Systems. In einem Container muss dessen Wirt das Gerät /dev/net/tun hineinreichen.</translation>
    </message>
    <message>
        <source>Ginnel&apos;s service may not open the tunnel device.</source>
        <translation>Ginnels Dienst darf das Tunnelgerät nicht öffnen.</translation>
    </message>
    <message>
        <source>Install Ginnel anew, so that its service gets its rights. In a container, its host has to allow the device /dev/net/tun.</source>
        <translation>Installieren Sie Ginnel neu, damit sein Dienst seine Rechte bekommt. In einem Container muss dessen Wirt das Gerät /dev/net/tun erlauben.</translation>
    </message>
    <message>
        <source>The processor helps with encryption (AES).</source>
        <translation>Der Prozessor hilft beim Verschlüsseln (AES).</translation>
    </message>
    <message>
        <source>The processor does not help with AES, so that AES is slow on it.</source>
        <translation>Der Prozessor hilft nicht bei AES, daher ist AES auf ihm langsam.</translation>
    </message>
    <message>
        <source>If the gateway accepts ChaCha20-Poly1305, choose it for the traffic in the connection&apos;s advanced settings.</source>
        <translation>Wenn das Gateway ChaCha20-Poly1305 annimmt, wählen Sie es in den erweiterten Einstellungen der Verbindung für den Verkehr.</translation>
    </message>
    <message>
        <source>The system has all that makes a tunnel fast.</source>
        <translation>Das System hat alles, was einen Tunnel schnell macht.</translation>
    </message>
    <message>
        <source>The system lacks what makes a tunnel faster: %1.</source>
        <translation>Dem System fehlt, was einen Tunnel schneller macht: %1.</translation>
    </message>
    <message>
        <source>Everything works without it. A newer Linux kernel has it.</source>
        <translation>Alles geht auch ohne. Ein neuerer Linux-Kern hat es.</translation>
    </message>
    <message>
        <source>Stored passwords are encrypted with a key that the system keeps.</source>
        <translation>Gespeicherte Passwörter sind mit einem Schlüssel verschlüsselt, den das System aufbewahrt.</translation>
    </message>
    <message>
        <source>Stored passwords are encrypted, but with a key that lies beside them: whoever takes the disk can read them.</source>
        <translation>Gespeicherte Passwörter sind verschlüsselt, aber mit einem Schlüssel, der daneben liegt: wer die Platte nimmt, kann sie lesen.</translation>
    </message>
    <message>
        <source>Encrypt the disk, or have an administrator give the service a key that the machine keeps (systemd-creds).</source>
        <translation>Verschlüsseln Sie die Platte, oder lassen Sie einen Administrator dem Dienst einen Schlüssel geben, den der Rechner aufbewahrt (systemd-creds).</translation>
    </message>
    <message>
        <source>Stored passwords of these connections can no longer be read: %1.</source>
        <translation>Gespeicherte Passwörter dieser Verbindungen lassen sich nicht mehr lesen: %1.</translation>
    </message>
    <message>
        <source>Enter them anew in the connection&apos;s settings, or have an administrator bring the service&apos;s former key back.</source>
        <translation>Geben Sie sie in den Einstellungen der Verbindung neu ein, oder lassen Sie einen Administrator den früheren Schlüssel des Dienstes zurückbringen.</translation>
    </message>
    <message>
        <source>Connected.</source>
        <translation>Verbunden.</translation>
    </message>
    <message>
        <source>Not connected.</source>
        <translation>Nicht verbunden.</translation>
    </message>
    <message>
        <source>Connect, and examine again, to see how the tunnel fares.</source>
        <translation>Verbinden Sie, und untersuchen Sie noch einmal, um zu sehen, wie es dem Tunnel geht.</translation>
    </message>
    <message>
        <source>The tunnel uses all that makes it fast.</source>
        <translation>Der Tunnel nutzt alles, was ihn schnell macht.</translation>
    </message>
    <message>
        <source>The system lacks something that makes tunnels faster: %1.</source>
        <translation>Dem System fehlt etwas, das Tunnel schneller macht: %1.</translation>
    </message>
    <message>
        <source>Something that makes tunnels faster is not in use: %1.</source>
        <translation>Etwas, das Tunnel schneller macht, wird nicht genutzt: %1.</translation>
    </message>
    <message>
        <source>Disconnect and connect again. If it stays, update the network card&apos;s driver.</source>
        <translation>Trennen und verbinden Sie neu. Wenn es bleibt, aktualisieren Sie den Treiber der Netzwerkkarte.</translation>
    </message>
    <message>
        <source>The tunnel waits its turn behind other programs: slower when the machine is busy.</source>
        <translation>Der Tunnel wartet hinter anderen Programmen: langsamer, wenn der Rechner beschäftigt ist.</translation>
    </message>
    <message>
        <source>The system grants the socket %1 a buffer of only %2 octets: bursts overflow it.</source>
        <translation>Das System gewährt dem Socket %1 einen Puffer von nur %2 Bytes: Schübe lassen ihn überlaufen.</translation>
    </message>
    <message>
        <source>No packet was lost in the tunnel.</source>
        <translation>Im Tunnel ging kein Paket verloren.</translation>
    </message>
</context>
<context>
    <name>FindingsView</name>
    <message>
        <source>Hide what is in order</source>
        <translation>Verbergen, was in Ordnung ist</translation>
    </message>
    <message>
        <source>Show what is in order (%1)</source>
        <translation>Zeigen, was in Ordnung ist (%1)</translation>
    </message>
</context>
<context>
    <name>ForgetButton</name>
    <message>
        <source>Forget</source>
        <translation>Vergessen</translation>
    </message>
    <message>
        <source>Forget what is stored: %1</source>
        <translation>Vergessen, was gespeichert ist: %1</translation>
    </message>
</context>
<context>
    <name>Head</name>
    <message>
        <source>%1 from %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>I a&amp;gree</source>
        <translation>Ich &amp;stimme zu</translation>
    </message>
    <message>
        <source>I agree</source>
        <translation>Ich stimme zu</translation>
    </message>
    <message>
        <source>The signature of the file does not hold.</source>
        <translation>Die Unterschrift der Datei hält nicht.</translation>
    </message>
    <message>
        <source>The file wants something agreed to.</source>
        <translation>Die Datei verlangt eine Zustimmung.</translation>
    </message>
    <message>
        <source>Signed by %1, with a certificate of %2</source>
        <translation>Unterschrieben von %1, mit einem Zertifikat von %2</translation>
    </message>
    <message>
        <source>SHA-256 fingerprint: %1</source>
        <translation>SHA-256-Fingerabdruck: %1</translation>
    </message>
    <message>
        <source>The signature holds. Ask the signer whether this is the right certificate.</source>
        <translation>Die Unterschrift hält. Fragen Sie den Unterzeichner, ob das Zertifikat das richtige ist.</translation>
    </message>
    <message>
        <source>⚠ The signature proves nothing: the file was changed after it was signed, or the signature can be forged. Get the file anew.</source>
        <translation>⚠ Die Unterschrift beweist nichts: die Datei wurde nach dem Unterschreiben geändert, oder die Unterschrift lässt sich fälschen. Besorgen Sie die Datei neu.</translation>
    </message>
    <message>
        <source>I &amp;know for certain where it comes from: import it</source>
        <translation>Ich &amp;weiß sicher, woher sie kommt: importieren</translation>
    </message>
    <message>
        <source>Import it although the signature does not hold</source>
        <translation>Importieren, obwohl die Unterschrift nicht hält</translation>
    </message>
</context>
<context>
    <name>Import</name>
    <message>
        <source>The file is larger than a profile can be (%1 bytes).</source>
        <translation>Die Datei ist größer, als ein Profil sein kann (%1 Bytes).</translation>
    </message>
    <message>
        <source>Check that it is the profile, and not a backup or an installer.</source>
        <translation>Prüfen Sie, ob es das Profil ist und nicht eine Sicherung oder ein Installationsprogramm.</translation>
    </message>
    <message>
        <source>The file is of no format that Ginnel reads.</source>
        <translation>Die Datei hat kein Format, das Ginnel liest.</translation>
    </message>
    <message>
        <source>It takes .mobileconfig, .sswan, swanctl.conf, ipsec.conf, Azure&apos;s VpnSettings.xml or its zip, PKCS#12 files and its own TOML. Ask whoever gave it to you for one of these.</source>
        <translation>Es nimmt .mobileconfig, .sswan, swanctl.conf, ipsec.conf, die VpnSettings.xml von Azure oder deren Zip, PKCS#12-Dateien und sein eigenes TOML. Bitten Sie den, der sie Ihnen gab, um eine davon.</translation>
    </message>
    <message>
        <source>The file looks like %1, but cannot be read: %2.</source>
        <translation>Die Datei sieht wie %1 aus, lässt sich aber nicht lesen: %2.</translation>
    </message>
    <message>
        <source>Get it anew; it may have been cut short or changed on its way.</source>
        <translation>Besorgen Sie sie neu; vielleicht wurde sie unterwegs abgeschnitten oder verändert.</translation>
    </message>
    <message>
        <source>The file says “%1” twice, so that nobody can tell which one counts.</source>
        <translation>Die Datei sagt „%1“ zweimal, so dass niemand weiß, was gilt.</translation>
    </message>
    <message>
        <source>Ask whoever made it to correct it.</source>
        <translation>Bitten Sie den Verfasser, es zu berichtigen.</translation>
    </message>
    <message>
        <source>The file is a profile that cannot be used as it is written.</source>
        <translation>Die Datei ist ein Profil, das sich so nicht benutzen lässt.</translation>
    </message>
    <message>
        <source>Correct what the details list, then import it again.</source>
        <translation>Berichtigen Sie, was die Einzelheiten aufzählen, und importieren Sie sie dann noch einmal.</translation>
    </message>
    <message>
        <source>There is no VPN connection in the file.</source>
        <translation>In der Datei ist keine VPN-Verbindung.</translation>
    </message>
    <message>
        <source>Check that it is the right one of the files that you got.</source>
        <translation>Prüfen Sie, ob es die richtige der Dateien ist, die Sie bekommen haben.</translation>
    </message>
    <message>
        <source>The profile inside the file is encrypted for one device that an organisation manages.</source>
        <translation>Das Profil in der Datei ist für ein bestimmtes Gerät verschlüsselt, das eine Organisation verwaltet.</translation>
    </message>
    <message>
        <source>Ask its administrator for a profile that is not encrypted.</source>
        <translation>Bitten Sie deren Administrator um ein Profil, das nicht verschlüsselt ist.</translation>
    </message>
    <message>
        <source>The profile has the device fetch its certificate by itself (%1), which Ginnel does not do.</source>
        <translation>Das Profil lässt das Gerät sein Zertifikat selbst holen (%1); das tut Ginnel nicht.</translation>
    </message>
    <message>
        <source>Ask the administrator for your certificate as a PKCS#12 file, and for a profile that uses it.</source>
        <translation>Bitten Sie den Administrator um Ihr Zertifikat als PKCS#12-Datei und um ein Profil, das es benutzt.</translation>
    </message>
    <message>
        <source>The file is for L2TP, an older kind of VPN.</source>
        <translation>Die Datei ist für L2TP, eine ältere Art von VPN.</translation>
    </message>
    <message>
        <source>Ask whether the gateway offers IKEv2 as well, and get the profile for that.</source>
        <translation>Fragen Sie, ob das Gateway auch IKEv2 anbietet, und lassen Sie sich das Profil dafür geben.</translation>
    </message>
    <message>
        <source>The file is for IKEv1 (“Cisco IPSec”, XAuth), which Ginnel does not speak because it is obsolete.</source>
        <translation>Die Datei ist für IKEv1 („Cisco IPSec“, XAuth); das ist veraltet, und Ginnel spricht es nicht.</translation>
    </message>
    <message>
        <source>The file holds no connection that Ginnel can make, but one of another kind (%1).</source>
        <translation>Die Datei enthält keine Verbindung, die Ginnel herstellen kann, sondern eine anderer Art (%1).</translation>
    </message>
    <message>
        <source>The file only sets DNS servers: it holds no VPN.</source>
        <translation>Die Datei legt nur DNS-Server fest: sie enthält kein VPN.</translation>
    </message>
    <message>
        <source>Set them in the network settings of this machine.</source>
        <translation>Tragen Sie sie in den Netzwerkeinstellungen dieses Rechners ein.</translation>
    </message>
    <message>
        <source>The file is for WireGuard, another kind of VPN.</source>
        <translation>Die Datei ist für WireGuard, eine andere Art von VPN.</translation>
    </message>
    <message>
        <source>Use it with WireGuard&apos;s own program, or ask for a profile for IKEv2.</source>
        <translation>Benutzen Sie sie mit dem Programm von WireGuard, oder bitten Sie um ein Profil für IKEv2.</translation>
    </message>
    <message>
        <source>The file is for OpenVPN, another kind of VPN.</source>
        <translation>Die Datei ist für OpenVPN, eine andere Art von VPN.</translation>
    </message>
    <message>
        <source>Use it with OpenVPN&apos;s own program, or ask for a profile for IKEv2.</source>
        <translation>Benutzen Sie sie mit dem Programm von OpenVPN, oder bitten Sie um ein Profil für IKEv2.</translation>
    </message>
    <message>
        <source>The file holds certificates and no VPN connection.</source>
        <translation>Die Datei enthält Zertifikate und keine VPN-Verbindung.</translation>
    </message>
    <message>
        <source>Make a new connection, and choose the file there as a trusted root or your certificate.</source>
        <translation>Legen Sie eine neue Verbindung an, und wählen Sie die Datei dort als anerkannte Wurzel oder als Ihr Zertifikat.</translation>
    </message>
    <message>
        <source>Ginnel does not know this</source>
        <translation>Das kennt Ginnel nicht</translation>
    </message>
    <message>
        <source>It cannot be used: %1</source>
        <translation>Es lässt sich nicht benutzen: %1</translation>
    </message>
    <message>
        <source>It names algorithms that Ginnel lacks, or that are too weak: %1</source>
        <translation>Es nennt Verfahren, die Ginnel nicht hat oder die zu schwach sind: %1</translation>
    </message>
    <message>
        <source>TLS %1 is broken; 1.2 and 1.3 are used</source>
        <translation>TLS %1 ist gebrochen; 1.2 und 1.3 werden benutzt</translation>
    </message>
    <message>
        <source>Ginnel sets no proxy: programs go through the tunnel without one</source>
        <translation>Ginnel richtet keinen Proxy ein: Programme gehen ohne ihn durch den Tunnel</translation>
    </message>
    <message>
        <source>Ginnel takes all programs into the tunnel, or none</source>
        <translation>Ginnel nimmt alle Programme in den Tunnel oder keines</translation>
    </message>
    <message>
        <source>A program to be run; Ginnel runs none for a connection</source>
        <translation>Ein Programm, das laufen soll; Ginnel startet keines für eine Verbindung</translation>
    </message>
    <message>
        <source>It is something else than a VPN (%1)</source>
        <translation>Es ist etwas anderes als ein VPN (%1)</translation>
    </message>
    <message>
        <source>Another connection, which Ginnel cannot make (%1)</source>
        <translation>Eine weitere Verbindung, die Ginnel nicht herstellen kann (%1)</translation>
    </message>
    <message>
        <source>A certificate that a device would fetch by itself (%1); get it as a PKCS#12 file</source>
        <translation>Ein Zertifikat, das ein Gerät sich selbst holen soll (%1); besorgen Sie es als PKCS#12-Datei</translation>
    </message>
    <message>
        <source>The gateway&apos;s certificate has to be issued by %1: any root that this machine trusts will do, unless you choose that one in the editor</source>
        <translation>Das Zertifikat des Gateways soll von %1 ausgestellt sein: jede Wurzel, der dieser Rechner vertraut, genügt, wenn Sie nicht beim Bearbeiten diese wählen</translation>
    </message>
    <message>
        <source>The gateway&apos;s certificate would have to bear the name %1; it has to bear the identity instead</source>
        <translation>Das Zertifikat des Gateways soll den Namen %1 tragen; stattdessen muss es die Identität tragen</translation>
    </message>
    <message>
        <source>The certificate of %1 is none that vouches for others, and is not trusted</source>
        <translation>Das Zertifikat von %1 bürgt nicht für andere, und ihm wird nicht vertraut</translation>
    </message>
    <message>
        <source>More than Ginnel takes</source>
        <translation>Mehr, als Ginnel annimmt</translation>
    </message>
    <message>
        <source>Another file (%1), which is not read: import it on its own</source>
        <translation>Eine weitere Datei (%1), die nicht gelesen wird: importieren Sie sie für sich</translation>
    </message>
    <message>
        <source>It names a file (%1) that is not here: add it with “Add files”</source>
        <translation>Es nennt eine Datei (%1), die nicht hier ist: fügen Sie sie mit „Dateien hinzufügen“ hinzu</translation>
    </message>
    <message>
        <source>Transport mode, which protects no network</source>
        <translation>Transportmodus, der kein Netz schützt</translation>
    </message>
    <message>
        <source>A further connection inside the tunnel; the first one is taken</source>
        <translation>Eine weitere Verbindung im Tunnel; die erste wird genommen</translation>
    </message>
    <message>
        <source>What the gateway allows goes through the tunnel</source>
        <translation>Was das Gateway zulässt, geht durch den Tunnel</translation>
    </message>
    <message>
        <source>It has a meaning only in the program or system that the file was made for</source>
        <translation>Es hat nur in dem Programm oder System einen Sinn, für das die Datei gemacht ist</translation>
    </message>
    <message>
        <source>It is always so with Ginnel</source>
        <translation>Bei Ginnel ist es immer so</translation>
    </message>
    <message>
        <source>It needs its password</source>
        <translation>Es braucht sein Passwort</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>Server</translation>
    </message>
    <message>
        <source>User name</source>
        <translation>Benutzername</translation>
    </message>
    <message>
        <source>Your identity, such as alice@example.org</source>
        <translation>Ihre Identität, etwa alice@example.org</translation>
    </message>
    <message>
        <source>Pre-shared key</source>
        <translation>Gemeinsamer Schlüssel</translation>
    </message>
    <message>
        <source>Post-quantum key</source>
        <translation>Post-Quanten-Schlüssel</translation>
    </message>
    <message>
        <source>Password of the certificate&apos;s file</source>
        <translation>Passwort der Datei mit dem Zertifikat</translation>
    </message>
    <message>
        <source>Your certificate with its key, as a PKCS#12 file</source>
        <translation>Ihr Zertifikat mit seinem Schlüssel, als PKCS#12-Datei</translation>
    </message>
    <message>
        <source>Apple&apos;s configuration profile</source>
        <translation>Konfigurationsprofil von Apple</translation>
    </message>
    <message>
        <source>A profile of strongSwan&apos;s app</source>
        <translation>Profil der App von strongSwan</translation>
    </message>
    <message>
        <source>strongSwan&apos;s swanctl.conf</source>
        <translation>swanctl.conf von strongSwan</translation>
    </message>
    <message>
        <source>strongSwan&apos;s ipsec.conf</source>
        <translation>ipsec.conf von strongSwan</translation>
    </message>
    <message>
        <source>The settings of an Azure gateway</source>
        <translation>Die Einstellungen eines Azure-Gateways</translation>
    </message>
    <message>
        <source>A certificate with its key (PKCS#12)</source>
        <translation>Zertifikat mit seinem Schlüssel (PKCS#12)</translation>
    </message>
    <message>
        <source>Ginnel&apos;s own profile</source>
        <translation>Ginnels eigenes Profil</translation>
    </message>
</context>
<context>
    <name>ImportDialog</name>
    <message>
        <source>Import a connection</source>
        <translation>Verbindung importieren</translation>
    </message>
    <message>
        <source>What is still missing</source>
        <translation>Was noch fehlt</translation>
    </message>
    <message>
        <source>Choose the file to import</source>
        <translation>Wählen Sie die Datei zum Importieren</translation>
    </message>
    <message>
        <source>Choose a file that goes with it</source>
        <translation>Wählen Sie eine Datei, die dazugehört</translation>
    </message>
    <message>
        <source>%1 cannot be read: %2.</source>
        <translation>%1 lässt sich nicht lesen: %2.</translation>
    </message>
    <message>
        <source>It cannot be read: %1.</source>
        <translation>Das lässt sich nicht lesen: %1.</translation>
    </message>
    <message>
        <source>VPN profiles (%1)</source>
        <translation>VPN-Profile (%1)</translation>
    </message>
    <message>
        <source>All files (%1)</source>
        <translation>Alle Dateien (%1)</translation>
    </message>
    <message>
        <source>That password does not open the certificate&apos;s file.</source>
        <translation>Dieses Passwort öffnet die Datei des Zertifikats nicht.</translation>
    </message>
    <message>
        <source>Drop a file here</source>
        <translation>Ziehen Sie eine Datei hierher</translation>
    </message>
    <message>
        <source>Apple&apos;s .mobileconfig, strongSwan&apos;s .sswan, swanctl.conf and ipsec.conf, Azure&apos;s package, PKCS#12 (.p12, .pfx) and Ginnel&apos;s own TOML are understood. Nothing is kept before you agree.</source>
        <translation>Verstanden werden .mobileconfig von Apple, .sswan, swanctl.conf und ipsec.conf von strongSwan, das Paket von Azure, PKCS#12 (.p12, .pfx) und Ginnels eigenes TOML. Nichts wird behalten, bevor Sie zustimmen.</translation>
    </message>
    <message>
        <source>Why the file was refused</source>
        <translation>Warum die Datei abgelehnt wurde</translation>
    </message>
    <message>
        <source>&amp;Choose a file…</source>
        <translation>Datei &amp;wählen…</translation>
    </message>
    <message>
        <source>Connections in the file</source>
        <translation>Verbindungen in der Datei</translation>
    </message>
    <message>
        <source>Those that are checked are imported</source>
        <translation>Die angekreuzten werden importiert</translation>
    </message>
    <message>
        <source>&amp;Add files…</source>
        <translation>Dateien &amp;hinzufügen…</translation>
    </message>
    <message>
        <source>Files that this one names, or your certificate</source>
        <translation>Dateien, die diese nennt, oder Ihr Zertifikat</translation>
    </message>
    <message>
        <source>&amp;Import</source>
        <translation>&amp;Importieren</translation>
    </message>
    <message>
        <source>Cance&amp;l</source>
        <translation>Abb&amp;rechen</translation>
    </message>
    <message>
        <source>There is no contact with the service.</source>
        <translation>Es gibt keinen Kontakt zum Dienst.</translation>
    </message>
    <message>
        <source>Choose at least one connection.</source>
        <translation>Wählen Sie mindestens eine Verbindung.</translation>
    </message>
    <message>
        <source>Two of the connections have the same name.</source>
        <translation>Zwei der Verbindungen haben denselben Namen.</translation>
    </message>
</context>
<context>
    <name>ImportTree</name>
    <message>
        <source>What</source>
        <translation>Was</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>In the file</source>
        <translation>In der Datei</translation>
    </message>
    <message>
        <source>What the file says</source>
        <translation>Was die Datei sagt</translation>
    </message>
    <message>
        <source>What will be used, and what has no effect and why</source>
        <translation>Was benutzt wird und was warum keine Wirkung hat</translation>
    </message>
    <message>
        <source>Will be used (%1)</source>
        <translation>Wird benutzt (%1)</translation>
    </message>
    <message>
        <source>Has no effect (%1)</source>
        <translation>Hat keine Wirkung (%1)</translation>
    </message>
    <message>
        <source>Columns</source>
        <translation>Spalten</translation>
    </message>
</context>
<context>
    <name>KeptControl</name>
    <message>
        <source>Keep a certificate from a file</source>
        <translation>Ein Zertifikat aus einer Datei aufbewahren</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Keine</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Remove the certificate %1</source>
        <translation>Das Zertifikat %1 entfernen</translation>
    </message>
    <message>
        <source>It cannot be read.</source>
        <translation>Es lässt sich nicht lesen.</translation>
    </message>
    <message>
        <source>yours</source>
        <translation>Ihres</translation>
    </message>
    <message>
        <source>trusted root</source>
        <translation>anerkannte Wurzel</translation>
    </message>
    <message>
        <source>the gateway&apos;s only one</source>
        <translation>das einzige des Gateways</translation>
    </message>
</context>
<context>
    <name>KillSwitchPage</name>
    <message>
        <source>Kill switch</source>
        <translation>Kill-Switch</translation>
    </message>
    <message>
        <source>When a connection breaks, programs go on without it, and everyone on the way can see what they send. A kill switch stops them instead.</source>
        <translation>Wenn eine Verbindung abreißt, machen Programme ohne sie weiter, und alle unterwegs sehen, was sie senden. Ein Kill-Switch hält sie stattdessen an.</translation>
    </message>
    <message>
        <source>Open for a login page</source>
        <translation>Für eine Anmeldeseite öffnen</translation>
    </message>
    <message>
        <source>Lets websites and names through for five minutes, to log in to a hotel&apos;s or train&apos;s network</source>
        <translation>Lässt fünf Minuten lang Websites und Namen durch, für die Anmeldung im Netz eines Hotels oder Zuges</translation>
    </message>
    <message>
        <source>Turn off everywhere…</source>
        <translation>Überall ausschalten…</translation>
    </message>
    <message>
        <source>Turns the kill switch of every connection off</source>
        <translation>Schaltet den Kill-Switch jeder Verbindung aus</translation>
    </message>
    <message>
        <source>O&amp;ff</source>
        <translation>&amp;Aus</translation>
    </message>
    <message>
        <source>Traffic goes past the tunnel when it is down.</source>
        <translation>Der Verkehr geht am Tunnel vorbei, wenn er nicht steht.</translation>
    </message>
    <message>
        <source>From &amp;connecting to disconnecting</source>
        <translation>Vom &amp;Verbinden bis zum Trennen</translation>
    </message>
    <message>
        <source>Nothing goes past the tunnel from the moment you connect until you disconnect.</source>
        <translation>Nichts geht am Tunnel vorbei, vom Verbinden an, bis Sie trennen.</translation>
    </message>
    <message>
        <source>&amp;Always</source>
        <translation>&amp;Immer</translation>
    </message>
    <message>
        <source>Without this tunnel there is no network at all, also when you disconnect, and after a restart of the machine.</source>
        <translation>Ohne diesen Tunnel gibt es gar kein Netz, auch wenn Sie trennen und nach einem Neustart des Rechners.</translation>
    </message>
    <message>
        <source>Let the &amp;local network through</source>
        <translation>Das &amp;lokale Netz durchlassen</translation>
    </message>
    <message>
        <source>Printers, screens and other machines at hand stay reachable, past the tunnel.</source>
        <translation>Drucker, Bildschirme und andere Geräte am Ort bleiben erreichbar, am Tunnel vorbei.</translation>
    </message>
    <message>
        <source>Nothing is stopped on this machine now</source>
        <translation>Auf diesem Rechner wird jetzt nichts angehalten</translation>
    </message>
    <message>
        <source>No kill switch is at work.</source>
        <translation>Kein Kill-Switch ist am Werk.</translation>
    </message>
    <message>
        <source>Nothing gets past the tunnels now</source>
        <translation>Jetzt kommt nichts an den Tunneln vorbei</translation>
    </message>
    <message>
        <source>The kill switch is at work for: %1</source>
        <translation>Der Kill-Switch ist am Werk für: %1</translation>
    </message>
    <message>
        <source>Open for a login page, %1 more</source>
        <translation>Für eine Anmeldeseite offen, noch %1</translation>
    </message>
    <message>
        <source>Open a website in the browser; the login page shows instead. Then connect.</source>
        <translation>Öffnen Sie eine Website im Browser; stattdessen erscheint die Anmeldeseite. Verbinden Sie danach.</translation>
    </message>
    <message>
        <source>Turn the kill switch off everywhere?</source>
        <translation>Kill-Switch überall ausschalten?</translation>
    </message>
    <message>
        <source>Turn the kill switch of every connection off?</source>
        <translation>Den Kill-Switch jeder Verbindung ausschalten?</translation>
    </message>
    <message>
        <source>Programs can then send past the tunnels again, in the clear.</source>
        <translation>Programme können dann wieder an den Tunneln vorbei senden, im Klartext.</translation>
    </message>
    <message>
        <source>&amp;Turn off</source>
        <translation>&amp;Ausschalten</translation>
    </message>
</context>
<context>
    <name>LockedControl</name>
    <message>
        <source>From a file…</source>
        <translation>Aus einer Datei…</translation>
    </message>
    <message>
        <source>Choose the PKCS#12 file</source>
        <translation>Wählen Sie die PKCS#12-Datei</translation>
    </message>
    <message>
        <source>%1 was read</source>
        <translation>%1 wurde gelesen</translation>
    </message>
    <message>
        <source>Forgotten when you save</source>
        <translation>Wird beim Speichern vergessen</translation>
    </message>
    <message>
        <source>Stays as it is stored</source>
        <translation>Bleibt wie gespeichert</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Keine</translation>
    </message>
</context>
<context>
    <name>Log</name>
    <message>
        <source>Detail</source>
        <translation>Einzelheit</translation>
    </message>
    <message>
        <source>Information</source>
        <translation>Information</translation>
    </message>
    <message>
        <source>Warning</source>
        <translation>Warnung</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>&amp;Errors alone</source>
        <translation>Nur &amp;Fehler</translation>
    </message>
    <message>
        <source>&amp;Warnings, too</source>
        <translation>Auch &amp;Warnungen</translation>
    </message>
    <message>
        <source>The &amp;usual</source>
        <translation>Das &amp;Übliche</translation>
    </message>
    <message>
        <source>Every &amp;detail</source>
        <translation>Jede &amp;Einzelheit</translation>
    </message>
</context>
<context>
    <name>LogModel</name>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>Level</source>
        <translation>Stufe</translation>
    </message>
    <message>
        <source>Connection</source>
        <translation>Verbindung</translation>
    </message>
    <message>
        <source>Part</source>
        <translation>Teil</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>Meldung</translation>
    </message>
</context>
<context>
    <name>LogPage</name>
    <message>
        <source>Search the log</source>
        <translation>Im Protokoll suchen</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>&amp;Kopieren</translation>
    </message>
    <message>
        <source>Copies the chosen lines, or all that are shown</source>
        <translation>Kopiert die gewählten Zeilen oder alle, die zu sehen sind</translation>
    </message>
    <message>
        <source>&amp;Save…</source>
        <translation>&amp;Speichern…</translation>
    </message>
    <message>
        <source>Writes the lines that are shown to a file</source>
        <translation>Schreibt die Zeilen, die zu sehen sind, in eine Datei</translation>
    </message>
    <message>
        <source>Log &amp;level</source>
        <translation>P&amp;rotokollstufe</translation>
    </message>
    <message>
        <source>Chooses what the service logs from now on, until it ends</source>
        <translation>Wählt, was der Dienst von jetzt an bis zu seinem Ende protokolliert</translation>
    </message>
    <message>
        <source>To the &amp;end</source>
        <translation>Zum &amp;Ende</translation>
    </message>
    <message>
        <source>Shows the newest lines, and follows them</source>
        <translation>Zeigt die neuesten Zeilen und folgt ihnen</translation>
    </message>
    <message>
        <source>The log was not saved</source>
        <translation>Das Protokoll wurde nicht gespeichert</translation>
    </message>
    <message>
        <source>Choose another folder.</source>
        <translation>Wählen Sie einen anderen Ordner.</translation>
    </message>
    <message>
        <source>Le&amp;vel:</source>
        <translation>S&amp;tufe:</translation>
    </message>
    <message>
        <source>C&amp;onnection:</source>
        <translation>Verbi&amp;ndung:</translation>
    </message>
    <message>
        <source>%1 or graver</source>
        <translation>%1 oder ernster</translation>
    </message>
    <message>
        <source>All levels</source>
        <translation>Alle Stufen</translation>
    </message>
    <message>
        <source>All</source>
        <translation>Alle</translation>
    </message>
    <message>
        <source>Lines: %1</source>
        <translation>Zeilen: %1</translation>
    </message>
    <message>
        <source>Lines: %1 of %2</source>
        <translation>Zeilen: %1 von %2</translation>
    </message>
    <message>
        <source>Logs (*.log *.txt)</source>
        <translation>Protokolle (*.log *.txt)</translation>
    </message>
    <message>
        <source>Save the log</source>
        <translation>Protokoll speichern</translation>
    </message>
</context>
<context>
    <name>LogView</name>
    <message>
        <source>Lines of the log</source>
        <translation>Zeilen des Protokolls</translation>
    </message>
    <message>
        <source>Columns</source>
        <translation>Spalten</translation>
    </message>
</context>
<context>
    <name>LostPage</name>
    <message>
        <source>No contact with Ginnel&apos;s service</source>
        <translation>Kein Kontakt zu Ginnels Dienst</translation>
    </message>
    <message>
        <source>The service makes the connections; this window only shows them. It does not answer now: it may be stopped, or be starting. Connections that are up may go on without this window.</source>
        <translation>Die Verbindungen macht der Dienst; dieses Fenster zeigt sie nur. Er antwortet jetzt nicht: vielleicht ist er beendet, oder er startet gerade. Stehende Verbindungen können ohne dieses Fenster weitergehen.</translation>
    </message>
    <message>
        <source>To &amp;start it, an administrator runs this in a terminal:</source>
        <translation>Zum &amp;Starten führt ein Administrator dies in einem Terminal aus:</translation>
    </message>
    <message>
        <source>Command that starts the service</source>
        <translation>Befehl, der den Dienst startet</translation>
    </message>
    <message>
        <source>Co&amp;py</source>
        <translation>&amp;Kopieren</translation>
    </message>
    <message>
        <source>Copies the command that starts the service</source>
        <translation>Kopiert den Befehl, der den Dienst startet</translation>
    </message>
    <message>
        <source>This window looks for it all the time, and goes on by itself. It looks at</source>
        <translation>Dieses Fenster sucht die ganze Zeit nach ihm und macht von selbst weiter. Es sieht hierhin:</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Pages</source>
        <translation>Seiten</translation>
    </message>
</context>
<context>
    <name>MethodsControl</name>
    <message>
        <source>Up</source>
        <translation>Auf</translation>
    </message>
    <message>
        <source>Move the method up</source>
        <translation>Die Methode nach oben setzen</translation>
    </message>
    <message>
        <source>Down</source>
        <translation>Ab</translation>
    </message>
    <message>
        <source>Move the method down</source>
        <translation>Die Methode nach unten setzen</translation>
    </message>
</context>
<context>
    <name>Notes</name>
    <message>
        <source>&amp;Resume</source>
        <translation>&amp;Fortsetzen</translation>
    </message>
    <message>
        <source>&amp;Pause</source>
        <translation>An&amp;halten</translation>
    </message>
    <message>
        <source>The kill switch is on: what this connection would carry is stopped until it is up.</source>
        <translation>Der Kill-Switch ist an: was diese Verbindung trüge, ist angehalten, bis sie steht.</translation>
    </message>
    <message>
        <source>The kill switch of %1 stops what no tunnel carries.</source>
        <translation>Der Kill-Switch von %1 hält an, was kein Tunnel trägt.</translation>
    </message>
    <message>
        <source>Weak algorithms are allowed: %1. They are no protection against a strong attacker.</source>
        <translation>Schwache Verfahren sind zugelassen: %1. Sie schützen nicht vor einem starken Angreifer.</translation>
    </message>
    <message>
        <source>Its rules are paused: it does not connect by itself until you connect or resume them.</source>
        <translation>Ihre Regeln ruhen: sie verbindet nicht von selbst, bis Sie verbinden oder die Regeln fortsetzen.</translation>
    </message>
    <message>
        <source>Rule %1 connects in this network.</source>
        <translation>Regel %1 verbindet in diesem Netz.</translation>
    </message>
    <message>
        <source>Rule %1 keeps it disconnected in this network.</source>
        <translation>Regel %1 hält sie in diesem Netz getrennt.</translation>
    </message>
    <message>
        <source>Rule %1 leaves it to you in this network.</source>
        <translation>Regel %1 überlässt es in diesem Netz Ihnen.</translation>
    </message>
</context>
<context>
    <name>NumberControl</name>
    <message>
        <source> s</source>
        <translation> s</translation>
    </message>
    <message>
        <source> bytes</source>
        <translation> Bytes</translation>
    </message>
    <message>
        <source> packets</source>
        <translation> Pakete</translation>
    </message>
</context>
<context>
    <name>Numbers</name>
    <message>
        <source>%1/s</source>
        <translation>%1/s</translation>
    </message>
    <message>
        <source>%1 ms</source>
        <translation>%1 ms</translation>
    </message>
</context>
<context>
    <name>OnDemandPage</name>
    <message>
        <source>On demand</source>
        <translation>Bei Bedarf</translation>
    </message>
    <message>
        <source>Connects when you need it and disconnects when you do not, by the network that you are in: not at the office, say, and everywhere else. The rules are asked again whenever the network changes.</source>
        <translation>Verbindet, wenn Sie es brauchen, und trennt, wenn nicht, je nach dem Netz, in dem Sie sind: etwa im Büro nicht und sonst überall. Wechselt das Netz, werden die Regeln neu geprüft.</translation>
    </message>
    <message>
        <source>&amp;Pause</source>
        <translation>An&amp;halten</translation>
    </message>
    <message>
        <source>The rules wait until you resume or connect</source>
        <translation>Die Regeln warten, bis Sie fortsetzen oder verbinden</translation>
    </message>
    <message>
        <source>&amp;Resume</source>
        <translation>&amp;Fortsetzen</translation>
    </message>
    <message>
        <source>The rules decide again</source>
        <translation>Die Regeln entscheiden wieder</translation>
    </message>
    <message>
        <source>&amp;Change the rules…</source>
        <translation>Regeln &amp;ändern…</translation>
    </message>
    <message>
        <source>Opens the connection&apos;s settings</source>
        <translation>Öffnet die Einstellungen der Verbindung</translation>
    </message>
    <message>
        <source>Connect in &amp;every network</source>
        <translation>In jedem &amp;Netz verbinden</translation>
    </message>
    <message>
        <source>Makes one rule, which always connects</source>
        <translation>Legt eine Regel an, die immer verbindet</translation>
    </message>
    <message>
        <source>Connect and &amp;disconnect by rules</source>
        <translation>Nach Regeln verbinden und &amp;trennen</translation>
    </message>
    <message>
        <source>The first rule that fits the network decides. What you do yourself goes first.</source>
        <translation>Die erste Regel, die zum Netz passt, entscheidet. Was Sie selbst tun, geht vor.</translation>
    </message>
    <message>
        <source>Rules</source>
        <translation>Regeln</translation>
    </message>
    <message>
        <source>There are no rules yet. A rule says: in such a network, connect or disconnect.</source>
        <translation>Es gibt noch keine Regeln. Eine Regel sagt: In einem solchen Netz verbinden oder trennen.</translation>
    </message>
    <message>
        <source>What happens where</source>
        <translation>Was wo geschieht</translation>
    </message>
    <message>
        <source>The rules decide</source>
        <translation>Die Regeln entscheiden</translation>
    </message>
    <message>
        <source>The rules wait</source>
        <translation>Die Regeln warten</translation>
    </message>
    <message>
        <source>Until you resume, connect yourself, or restart the machine.</source>
        <translation>Bis Sie fortsetzen, selbst verbinden oder den Rechner neu starten.</translation>
    </message>
    <message>
        <source>You decide</source>
        <translation>Sie entscheiden</translation>
    </message>
    <message>
        <source>Nothing connects by itself.</source>
        <translation>Nichts verbindet von selbst.</translation>
    </message>
</context>
<context>
    <name>OneControl</name>
    <message>
        <source>None</source>
        <translation>Keines</translation>
    </message>
    <message>
        <source>%1 (missing)</source>
        <translation>%1 (fehlt)</translation>
    </message>
    <message>
        <source>Valid until %1.</source>
        <translation>Gültig bis %1.</translation>
    </message>
    <message>
        <source>Its private key was read.</source>
        <translation>Sein privater Schlüssel wurde gelesen.</translation>
    </message>
    <message>
        <source>A key that is stored with it stays; a file that holds both replaces it.</source>
        <translation>Ein dazu gespeicherter Schlüssel bleibt; eine Datei mit beidem ersetzt ihn.</translation>
    </message>
</context>
<context>
    <name>Pages</name>
    <message>
        <source>&amp;Connection</source>
        <translation>&amp;Verbindung</translation>
    </message>
    <message>
        <source>S&amp;plit tunnel</source>
        <translation>&amp;Geteilter Tunnel</translation>
    </message>
    <message>
        <source>&amp;Kill switch</source>
        <translation>&amp;Kill-Switch</translation>
    </message>
    <message>
        <source>&amp;On demand</source>
        <translation>&amp;Bei Bedarf</translation>
    </message>
    <message>
        <source>D&amp;iagnostics</source>
        <translation>D&amp;iagnose</translation>
    </message>
    <message>
        <source>&amp;Log</source>
        <translation>&amp;Protokoll</translation>
    </message>
</context>
<context>
    <name>Pattern of a date</name>
    <message>
        <source>d MMMM yyyy</source>
        <translation>d. MMMM yyyy</translation>
    </message>
</context>
<context>
    <name>Preferences</name>
    <message>
        <source>Preferences</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>The system&apos;s</source>
        <translation>Wie im System</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>Megabytes (MB, powers of ten)</source>
        <translation>Megabytes (MB, Zehnerpotenzen)</translation>
    </message>
    <message>
        <source>Mebibytes (MiB, powers of two)</source>
        <translation>Mebibytes (MiB, Zweierpotenzen)</translation>
    </message>
    <message>
        <source>Megabits (Mbit)</source>
        <translation>Megabit (Mbit)</translation>
    </message>
    <message>
        <source>&amp;Start Ginnel when you log in</source>
        <translation>Ginnel beim Anmelden &amp;starten</translation>
    </message>
    <message>
        <source>&amp;Go on in the background when the window is closed</source>
        <translation>Im &amp;Hintergrund weiterlaufen, wenn das Fenster geschlossen wird</translation>
    </message>
    <message>
        <source>T&amp;ell of changes while the window is not in front</source>
        <translation>Änderungen &amp;melden, während das Fenster nicht vorn ist</translation>
    </message>
    <message>
        <source>The language changes when Ginnel starts the next time.</source>
        <translation>Die Sprache wechselt, wenn Ginnel das nächste Mal startet.</translation>
    </message>
    <message>
        <source>&amp;Language:</source>
        <translation>&amp;Sprache:</translation>
    </message>
    <message>
        <source>&amp;Appearance:</source>
        <translation>&amp;Aussehen:</translation>
    </message>
    <message>
        <source>&amp;Units:</source>
        <translation>&amp;Einheiten:</translation>
    </message>
    <message>
        <source>Starting at login was not changed</source>
        <translation>Das Starten beim Anmelden wurde nicht geändert</translation>
    </message>
</context>
<context>
    <name>Problem</name>
    <message>
        <source>%1: %2.</source>
        <translation>%1: %2.</translation>
    </message>
    <message>
        <source>There is a character in it that cannot be seen. Type it anew.</source>
        <translation>Es enthält ein unsichtbares Zeichen. Geben Sie es neu ein.</translation>
    </message>
    <message>
        <source>There is a space at its beginning or end. Remove it.</source>
        <translation>Am Anfang oder Ende steht ein Leerzeichen. Entfernen Sie es.</translation>
    </message>
    <message>
        <source>Enter a number from %1 to %2, or 0.</source>
        <translation>Geben Sie eine Zahl von %1 bis %2 ein, oder 0.</translation>
    </message>
    <message>
        <source>Enter a number from %1 to %2.</source>
        <translation>Geben Sie eine Zahl von %1 bis %2 ein.</translation>
    </message>
    <message>
        <source>Use up to 64 letters (A to Z), digits, dots, hyphens and underscores, with a letter or digit at both ends.</source>
        <translation>Höchstens 64 Buchstaben (A bis Z), Ziffern, Punkte, Binde- und Unterstriche, mit Buchstabe oder Ziffer an beiden Enden.</translation>
    </message>
    <message>
        <source>Enter the gateway&apos;s name or address, such as vpn.example.org.</source>
        <translation>Geben Sie Namen oder Adresse des Gateways ein, etwa vpn.example.org.</translation>
    </message>
    <message>
        <source>That is no name and no address of a machine. Enter one such as vpn.example.org.</source>
        <translation>Das ist weder Name noch Adresse eines Rechners. Geben Sie etwas wie vpn.example.org ein.</translation>
    </message>
    <message>
        <source>Enter who you are to the gateway, such as alice@example.org, or a user name.</source>
        <translation>Geben Sie ein, wer Sie für das Gateway sind, etwa alice@example.org, oder einen Benutzernamen.</translation>
    </message>
    <message>
        <source>That is no identity that IKE knows.</source>
        <translation>Das ist keine Identität, die IKE kennt.</translation>
    </message>
    <message>
        <source>“%1” is no suite. Write keywords such as aes256gcm16-prfsha384-ecp384.</source>
        <translation>„%1“ ist keine Suite. Schreiben Sie Schlüsselwörter wie aes256gcm16-prfsha384-ecp384.</translation>
    </message>
    <message>
        <source>A suite cannot be used: %1.</source>
        <translation>Eine Suite lässt sich nicht benutzen: %1.</translation>
    </message>
    <message>
        <source>This is the first proof again. Choose another, or none.</source>
        <translation>Das ist noch einmal der erste Nachweis. Wählen Sie einen anderen oder keinen.</translation>
    </message>
    <message>
        <source>EAP-TLS needs your certificate. Choose it, or leave TLS out of the EAP methods.</source>
        <translation>EAP-TLS braucht Ihr Zertifikat. Wählen Sie es, oder lassen Sie TLS bei den EAP-Methoden weg.</translation>
    </message>
    <message>
        <source>Choose your certificate, such as a PKCS#12 file (.p12).</source>
        <translation>Wählen Sie Ihr Zertifikat, etwa eine PKCS#12-Datei (.p12).</translation>
    </message>
    <message>
        <source>Enter addresses that begin with http://, one a line.</source>
        <translation>Geben Sie Adressen ein, die mit http:// beginnen, eine je Zeile.</translation>
    </message>
    <message>
        <source>Enter the name of the post-quantum key, or let it connect without one.</source>
        <translation>Geben Sie den Namen des Post-Quanten-Schlüssels ein, oder lassen Sie ohne einen verbinden.</translation>
    </message>
    <message>
        <source>A method is there twice.</source>
        <translation>Eine Methode steht zweimal da.</translation>
    </message>
    <message>
        <source>Enter the user name that the gateway knows.</source>
        <translation>Geben Sie den Benutzernamen ein, den das Gateway kennt.</translation>
    </message>
    <message>
        <source>Whoever plays gateway would get the password by these EAP methods: %1. Leave them out, or have the gateway prove itself otherwise.</source>
        <translation>Wer sich als Gateway ausgibt, bekäme durch diese EAP-Methoden das Passwort: %1. Lassen Sie sie weg, oder lassen Sie das Gateway sich anders ausweisen.</translation>
    </message>
    <message>
        <source>The oldest TLS is newer than the newest one.</source>
        <translation>Das älteste TLS ist neuer als das neueste.</translation>
    </message>
    <message>
        <source>EAP proves the gateway already. Choose what suits, or let EAP prove you alone.</source>
        <translation>EAP weist das Gateway schon aus. Wählen Sie, was passt, oder lassen Sie EAP nur Sie ausweisen.</translation>
    </message>
    <message>
        <source>That would accept anyone with any certificate. Enter the gateway&apos;s name, or choose the only roots to trust.</source>
        <translation>Damit würde jeder mit irgendeinem Zertifikat angenommen. Geben Sie den Namen des Gateways ein, oder wählen Sie die einzigen anerkannten Wurzeln.</translation>
    </message>
    <message>
        <source>With the gateway&apos;s only certificate no root has anything to vouch for: choose one.</source>
        <translation>Neben dem einzigen Zertifikat des Gateways hat keine Wurzel für etwas zu bürgen: wählen Sie eines von beiden.</translation>
    </message>
    <message>
        <source>Nobody could ever tell: allow OCSP or CRL as well.</source>
        <translation>Niemand könnte es je sagen: lassen Sie auch OCSP oder CRL zu.</translation>
    </message>
    <message>
        <source>“%1” cannot name a certificate. Use letters, digits, dots, hyphens, underscores.</source>
        <translation>„%1“ kann kein Zertifikat benennen. Nehmen Sie Buchstaben, Ziffern, Punkte, Binde- und Unterstriche.</translation>
    </message>
    <message>
        <source>The certificate “%1” cannot be used (%2). Give it anew.</source>
        <translation>Das Zertifikat „%1“ lässt sich nicht benutzen (%2). Geben Sie es neu an.</translation>
    </message>
    <message>
        <source>The certificate “%1” is not kept with this connection. Choose another.</source>
        <translation>Das Zertifikat „%1“ ist bei dieser Verbindung nicht aufbewahrt. Wählen Sie ein anderes.</translation>
    </message>
    <message>
        <source>Nothing would go through the tunnel. For everything enter 0.0.0.0/0 and ::/0.</source>
        <translation>Nichts ginge durch den Tunnel. Für alles geben Sie 0.0.0.0/0 und ::/0 ein.</translation>
    </message>
    <message>
        <source>“%1” is no network. Did you mean %2?</source>
        <translation>„%1“ ist kein Netz. Meinten Sie %2?</translation>
    </message>
    <message>
        <source>“%1” is no network. Enter one such as 10.0.0.0/8 or 2001:db8::/32.</source>
        <translation>„%1“ ist kein Netz. Geben Sie etwas wie 10.0.0.0/8 oder 2001:db8::/32 ein.</translation>
    </message>
    <message>
        <source>Ask for an IPv4 or an IPv6 address, or for both.</source>
        <translation>Verlangen Sie eine IPv4- oder eine IPv6-Adresse oder beide.</translation>
    </message>
    <message>
        <source>“%1” is no address. Enter one such as 10.0.0.53 or 2001:db8::53.</source>
        <translation>„%1“ ist keine Adresse. Geben Sie etwas wie 10.0.0.53 oder 2001:db8::53 ein.</translation>
    </message>
    <message>
        <source>“%1” is no domain. Enter one such as corp.example.org.</source>
        <translation>„%1“ ist keine Domain. Geben Sie etwas wie corp.example.org ein.</translation>
    </message>
    <message>
        <source>“%1” is too long for the name of a Wi-Fi network.</source>
        <translation>„%1“ ist zu lang für den Namen eines WLANs.</translation>
    </message>
    <message>
        <source>This has no effect while DNS stays as it is.</source>
        <translation>Das hat keine Wirkung, solange DNS bleibt, wie es ist.</translation>
    </message>
    <message>
        <source>Domains have no effect while every name goes to the tunnel.</source>
        <translation>Domains haben keine Wirkung, solange jeder Name in den Tunnel geht.</translation>
    </message>
    <message>
        <source>Without a rule nothing would ever connect. Add one.</source>
        <translation>Ohne Regel würde nie verbunden. Fügen Sie eine hinzu.</translation>
    </message>
    <message>
        <source>Rule %1: only Wi-Fi networks have such names. Choose Wi-Fi, or any.</source>
        <translation>Regel %1: nur WLANs haben solche Namen. Wählen Sie WLAN oder jede.</translation>
    </message>
    <message>
        <source>Rule %1: enter an address such as https://intranet.example.org/, without a user name.</source>
        <translation>Regel %1: geben Sie eine Adresse wie https://intranet.example.org/ ein, ohne Benutzernamen.</translation>
    </message>
    <message>
        <source>Rule %1: enter the domains for which it connects.</source>
        <translation>Regel %1: geben Sie die Domains ein, für die verbunden wird.</translation>
    </message>
    <message>
        <source>Rule %1: wanted domains have an effect only when it connects for certain names.</source>
        <translation>Regel %1: gefragte Domains wirken nur, wenn für bestimmte Namen verbunden wird.</translation>
    </message>
    <message>
        <source>Enter the pre-shared key.</source>
        <translation>Geben Sie den gemeinsamen Schlüssel ein.</translation>
    </message>
    <message>
        <source>There is a certificate beside the locked file. Choose none there, or no locked file.</source>
        <translation>Neben der verschlossenen Datei steht ein Zertifikat. Wählen Sie dort keines, oder keine verschlossene Datei.</translation>
    </message>
    <message>
        <source>Choose the locked PKCS#12 file.</source>
        <translation>Wählen Sie die verschlossene PKCS#12-Datei.</translation>
    </message>
    <message>
        <source>That is no PKCS#12 file. Choose one such as alice.p12.</source>
        <translation>Das ist keine PKCS#12-Datei. Wählen Sie etwas wie alice.p12.</translation>
    </message>
    <message>
        <source>The PKCS#12 file is too large: %1 bytes at most.</source>
        <translation>Die PKCS#12-Datei ist zu groß: höchstens %1 Bytes.</translation>
    </message>
    <message>
        <source>Enter the post-quantum key.</source>
        <translation>Geben Sie den Post-Quanten-Schlüssel ein.</translation>
    </message>
    <message>
        <source>The private key of your certificate is missing. Choose a file that holds both.</source>
        <translation>Der private Schlüssel Ihres Zertifikats fehlt. Wählen Sie eine Datei mit beidem.</translation>
    </message>
    <message>
        <source>The private key belongs to another certificate.</source>
        <translation>Der private Schlüssel gehört zu einem anderen Zertifikat.</translation>
    </message>
    <message>
        <source>The private key cannot be used: %1.</source>
        <translation>Der private Schlüssel lässt sich nicht benutzen: %1.</translation>
    </message>
    <message>
        <source>It is too long: %1 characters at most.</source>
        <translation>Es ist zu lang: höchstens %1 Zeichen.</translation>
    </message>
    <message>
        <source>That does not fit here (%1).</source>
        <translation>Das passt hier nicht (%1).</translation>
    </message>
</context>
<context>
    <name>ProfileModel</name>
    <message>
        <source>%1, %2, %3</source>
        <translation>%1, %2, %3</translation>
    </message>
</context>
<context>
    <name>ProfileView</name>
    <message>
        <source>Connections</source>
        <translation>Verbindungen</translation>
    </message>
</context>
<context>
    <name>Profiles</name>
    <message>
        <source>Connected</source>
        <translation>Verbunden</translation>
    </message>
    <message>
        <source>Mine</source>
        <translation>Meine</translation>
    </message>
    <message>
        <source>This machine&apos;s</source>
        <translation>Die dieses Rechners</translation>
    </message>
    <message>
        <source>Other people&apos;s</source>
        <translation>Die anderer Leute</translation>
    </message>
</context>
<context>
    <name>Prompt</name>
    <message>
        <source>Password for %1</source>
        <translation>Passwort für %1</translation>
    </message>
    <message>
        <source>Code for %1</source>
        <translation>Code für %1</translation>
    </message>
    <message>
        <source>New password for %1</source>
        <translation>Neues Passwort für %1</translation>
    </message>
    <message>
        <source>Password of the certificate for %1</source>
        <translation>Passwort des Zertifikats für %1</translation>
    </message>
    <message>
        <source>Trust the gateway of %1?</source>
        <translation>Dem Gateway von %1 vertrauen?</translation>
    </message>
    <message>
        <source>&amp;Password</source>
        <translation>&amp;Passwort</translation>
    </message>
    <message>
        <source>&amp;Code</source>
        <translation>&amp;Code</translation>
    </message>
    <message>
        <source>New &amp;password</source>
        <translation>Neues &amp;Passwort</translation>
    </message>
    <message>
        <source>&amp;Password of the PKCS#12 file</source>
        <translation>&amp;Passwort der PKCS#12-Datei</translation>
    </message>
</context>
<context>
    <name>PromptDialog</name>
    <message>
        <source>The password in your keychain was wrong, and is removed from it.</source>
        <translation>Das Passwort in Ihrem Schlüsselbund war falsch und wird daraus entfernt.</translation>
    </message>
    <message>
        <source>The gateway says: %1</source>
        <translation>Das Gateway sagt: %1</translation>
    </message>
    <message>
        <source>User name: %1</source>
        <translation>Benutzername: %1</translation>
    </message>
    <message>
        <source>The same &amp;again</source>
        <translation>Noch ein&amp;mal dasselbe</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Zeigen</translation>
    </message>
    <message>
        <source>Show: %1</source>
        <translation>Zeigen: %1</translation>
    </message>
    <message>
        <source>Do &amp;not remember it</source>
        <translation>&amp;Nicht merken</translation>
    </message>
    <message>
        <source>Remember it in my &amp;keychain</source>
        <translation>In meinem &amp;Schlüsselbund merken</translation>
    </message>
    <message>
        <source>Remember it with the connection, kept by the &amp;service</source>
        <translation>Bei der Verbindung merken, vom &amp;Dienst aufbewahrt</translation>
    </message>
    <message>
        <source>There is no keychain that Ginnel could use.</source>
        <translation>Es gibt keinen Schlüsselbund, den Ginnel benutzen könnte.</translation>
    </message>
    <message>
        <source>Nobody that this connection trusts vouches for the gateway&apos;s certificate. Anyone can make one that looks so: compare the fingerprint with what the gateway&apos;s administrator tells you.</source>
        <translation>Niemand, dem diese Verbindung vertraut, bürgt für das Zertifikat des Gateways. Jeder kann eines machen, das so aussieht: vergleichen Sie den Fingerabdruck mit dem, den der Administrator des Gateways Ihnen nennt.</translation>
    </message>
    <message>
        <source>I have &amp;compared the fingerprint, and it is the same</source>
        <translation>Ich habe den Fingerabdruck &amp;verglichen, und er ist derselbe</translation>
    </message>
    <message>
        <source>Trust it the &amp;next time as well</source>
        <translation>Ihm auch &amp;nächstes Mal vertrauen</translation>
    </message>
    <message>
        <source>&amp;Trust and connect</source>
        <translation>V&amp;ertrauen und verbinden</translation>
    </message>
    <message>
        <source>C&amp;onnect</source>
        <translation>V&amp;erbinden</translation>
    </message>
    <message>
        <source>&amp;Do not connect</source>
        <translation>Nicht ver&amp;binden</translation>
    </message>
    <message>
        <source>The two differ.</source>
        <translation>Die beiden unterscheiden sich.</translation>
    </message>
</context>
<context>
    <name>Reading</name>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
</context>
<context>
    <name>RenameDialog</name>
    <message>
        <source>Rename a connection</source>
        <translation>Verbindung umbenennen</translation>
    </message>
    <message>
        <source>Rename %1</source>
        <translation>%1 umbenennen</translation>
    </message>
    <message>
        <source>New &amp;name</source>
        <translation>Neuer &amp;Name</translation>
    </message>
    <message>
        <source>What is wrong</source>
        <translation>Was nicht stimmt</translation>
    </message>
    <message>
        <source>&amp;Rename</source>
        <translation>&amp;Umbenennen</translation>
    </message>
    <message>
        <source>Cance&amp;l</source>
        <translation>Abb&amp;rechen</translation>
    </message>
    <message>
        <source>There is a connection of this name.</source>
        <translation>Eine Verbindung dieses Namens gibt es schon.</translation>
    </message>
</context>
<context>
    <name>Rule</name>
    <message>
        <source>Connect</source>
        <translation>Verbinden</translation>
    </message>
    <message>
        <source>Disconnect</source>
        <translation>Trennen</translation>
    </message>
    <message>
        <source>Leave as it is</source>
        <translation>So lassen</translation>
    </message>
    <message>
        <source>Connect when a name is wanted</source>
        <translation>Verbinden, wenn ein Name gefragt ist</translation>
    </message>
    <message>
        <source>any network</source>
        <translation>irgendeinem Netz</translation>
    </message>
    <message>
        <source>a wired network</source>
        <translation>einem Kabelnetz</translation>
    </message>
    <message>
        <source>a mobile network</source>
        <translation>einem Mobilfunknetz</translation>
    </message>
    <message>
        <source>No rule fits the network at hand.</source>
        <translation>Zum Netz am Ort passt keine Regel.</translation>
    </message>
    <message>
        <source>In this network rule %1 connects.</source>
        <translation>In diesem Netz verbindet Regel %1.</translation>
    </message>
    <message>
        <source>In this network rule %1 disconnects.</source>
        <translation>In diesem Netz trennt Regel %1.</translation>
    </message>
    <message>
        <source>In this network rule %1 leaves the connection as it is.</source>
        <translation>In diesem Netz lässt Regel %1 die Verbindung, wie sie ist.</translation>
    </message>
    <message>
        <source>a Wi-Fi network</source>
        <translation>einem WLAN</translation>
    </message>
    <message>
        <source>in the Wi-Fi network %1</source>
        <translation>im WLAN %1</translation>
    </message>
    <message>
        <source>in %1</source>
        <translation>in %1</translation>
    </message>
    <message>
        <source>where names end in %1</source>
        <translation>wo Namen auf %1 enden</translation>
    </message>
    <message>
        <source>where %1 answers for names</source>
        <translation>wo %1 nach Namen gefragt wird</translation>
    </message>
    <message>
        <source>as soon as a name below %1 is wanted</source>
        <translation>sobald ein Name unter %1 gefragt ist</translation>
    </message>
    <message>
        <source>and %1 does not answer</source>
        <translation>und %1 nicht antwortet</translation>
    </message>
    <message>
        <source>where %1 answers</source>
        <translation>wo %1 antwortet</translation>
    </message>
    <message>
        <source>in every network</source>
        <translation>in jedem Netz</translation>
    </message>
</context>
<context>
    <name>RulesControl</name>
    <message>
        <source>Add</source>
        <translation>Hinzufügen</translation>
    </message>
    <message>
        <source>Add a rule</source>
        <translation>Eine Regel hinzufügen</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Remove the rule</source>
        <translation>Die Regel entfernen</translation>
    </message>
    <message>
        <source>Up</source>
        <translation>Auf</translation>
    </message>
    <message>
        <source>Move the rule up</source>
        <translation>Die Regel nach oben setzen</translation>
    </message>
    <message>
        <source>Down</source>
        <translation>Ab</translation>
    </message>
    <message>
        <source>Move the rule down</source>
        <translation>Die Regel nach unten setzen</translation>
    </message>
    <message>
        <source>%1. %2: %3</source>
        <translation>%1. %2: %3</translation>
    </message>
</context>
<context>
    <name>RulesPicture</name>
    <message>
        <source>Picture of what the rules decide where</source>
        <translation>Bild davon, was die Regeln wo entscheiden</translation>
    </message>
</context>
<context>
    <name>SecretControl</name>
    <message>
        <source>Show</source>
        <translation>Zeigen</translation>
    </message>
    <message>
        <source>Show %1</source>
        <translation>%1 zeigen</translation>
    </message>
    <message>
        <source>Forgotten when you save</source>
        <translation>Wird beim Speichern vergessen</translation>
    </message>
    <message>
        <source>Unchanged</source>
        <translation>Unverändert</translation>
    </message>
</context>
<context>
    <name>Sidebar</name>
    <message>
        <source>Find a connection</source>
        <translation>Verbindung suchen</translation>
    </message>
    <message>
        <source>By name or server; the list shows what matches</source>
        <translation>Nach Name oder Server; die Liste zeigt, was passt</translation>
    </message>
    <message>
        <source>No connection matches.</source>
        <translation>Keine Verbindung passt.</translation>
    </message>
    <message>
        <source>Add a connection</source>
        <translation>Verbindung hinzufügen</translation>
    </message>
</context>
<context>
    <name>Speech</name>
    <message>
        <source>No contact with Ginnel&apos;s service</source>
        <translation>Kein Kontakt zu Ginnels Dienst</translation>
    </message>
    <message>
        <source>Ginnel&apos;s service is there again</source>
        <translation>Ginnels Dienst ist wieder da</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>The kill switch stops what would go past the tunnels</source>
        <translation>Der Kill-Switch hält an, was an den Tunneln vorbeiginge</translation>
    </message>
    <message>
        <source>The kill switch stops nothing any more</source>
        <translation>Der Kill-Switch hält nichts mehr an</translation>
    </message>
</context>
<context>
    <name>Split</name>
    <message>
        <source>As fits the tunnel</source>
        <translation>Wie es zum Tunnel passt</translation>
    </message>
    <message>
        <source>Let it pass</source>
        <translation>Vorbeilassen</translation>
    </message>
    <message>
        <source>Stop it</source>
        <translation>Anhalten</translation>
    </message>
</context>
<context>
    <name>SplitPage</name>
    <message>
        <source>Split tunnel</source>
        <translation>Geteilter Tunnel</translation>
    </message>
    <message>
        <source>Send everything through the tunnel, or only what is meant for the other side.</source>
        <translation>Schicken Sie alles durch den Tunnel oder nur, was für die andere Seite bestimmt ist.</translation>
    </message>
    <message>
        <source>Changes count from the next time you connect.</source>
        <translation>Änderungen gelten ab dem nächsten Verbinden.</translation>
    </message>
    <message>
        <source>&amp;Everything through the tunnel</source>
        <translation>&amp;Alles durch den Tunnel</translation>
    </message>
    <message>
        <source>The network at hand learns nothing of what you do. The gateway carries all of it.</source>
        <translation>Das Netz am Ort erfährt nichts von dem, was Sie tun. Das Gateway trägt alles.</translation>
    </message>
    <message>
        <source>&amp;Only these networks</source>
        <translation>N&amp;ur diese Netze</translation>
    </message>
    <message>
        <source>All else goes past the tunnel, as without it. One a line, such as 10.0.0.0/8.</source>
        <translation>Alles andere geht wie sonst am Tunnel vorbei. Eines je Zeile, etwa 10.0.0.0/8.</translation>
    </message>
    <message>
        <source>Networks that go through the tunnel</source>
        <translation>Netze, die durch den Tunnel gehen</translation>
    </message>
    <message>
        <source>E&amp;xceptions, which stay outside whatever is chosen above:</source>
        <translation>Aus&amp;nahmen, die draußen bleiben, was auch oben gewählt ist:</translation>
    </message>
    <message>
        <source>Networks that stay outside the tunnel</source>
        <translation>Netze, die außerhalb des Tunnels bleiben</translation>
    </message>
    <message>
        <source>Keep the &amp;local network outside</source>
        <translation>Das &amp;lokale Netz draußen lassen</translation>
    </message>
    <message>
        <source>Printers, screens and other machines at hand stay reachable.</source>
        <translation>Drucker, Bildschirme und andere Geräte am Ort bleiben erreichbar.</translation>
    </message>
    <message>
        <source>IPv&amp;4 that the tunnel does not carry:</source>
        <translation>IPv&amp;4, das der Tunnel nicht trägt:</translation>
    </message>
    <message>
        <source>IPv&amp;6 that the tunnel does not carry:</source>
        <translation>IPv&amp;6, das der Tunnel nicht trägt:</translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation>&amp;Speichern</translation>
    </message>
    <message>
        <source>&amp;Revert</source>
        <translation>&amp;Zurücksetzen</translation>
    </message>
</context>
<context>
    <name>State</name>
    <message>
        <source>Disconnected</source>
        <translation>Getrennt</translation>
    </message>
    <message>
        <source>Connecting</source>
        <translation>Wird verbunden</translation>
    </message>
    <message>
        <source>Connected</source>
        <translation>Verbunden</translation>
    </message>
    <message>
        <source>Reconnecting</source>
        <translation>Wiederverbinden</translation>
    </message>
    <message>
        <source>Blocked</source>
        <translation>Gesperrt</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>Gescheitert</translation>
    </message>
    <message>
        <source>Waiting for you</source>
        <translation>Wartet auf Sie</translation>
    </message>
    <message>
        <source>No contact</source>
        <translation>Kein Kontakt</translation>
    </message>
    <message>
        <source>Getting ready</source>
        <translation>Wird vorbereitet</translation>
    </message>
    <message>
        <source>Looking the server up</source>
        <translation>Der Server wird nachgeschlagen</translation>
    </message>
    <message>
        <source>Reaching the server</source>
        <translation>Der Server wird angesprochen</translation>
    </message>
    <message>
        <source>Proving who is who</source>
        <translation>Beide Seiten weisen sich aus</translation>
    </message>
    <message>
        <source>Setting up the network</source>
        <translation>Das Netz wird eingerichtet</translation>
    </message>
    <message>
        <source>&amp;Connect</source>
        <translation>&amp;Verbinden</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>&amp;Abbrechen</translation>
    </message>
    <message>
        <source>&amp;Disconnect</source>
        <translation>&amp;Trennen</translation>
    </message>
    <message>
        <source>&amp;Try now</source>
        <translation>&amp;Jetzt versuchen</translation>
    </message>
    <message>
        <source>&amp;Answer…</source>
        <translation>&amp;Antworten…</translation>
    </message>
    <message>
        <source>Trying again</source>
        <translation>Neuer Versuch</translation>
    </message>
    <message>
        <source>Waits for a network</source>
        <translation>Wartet auf ein Netz</translation>
    </message>
    <message>
        <source>Waits until you connect again</source>
        <translation>Wartet, bis Sie wieder verbinden</translation>
    </message>
    <message>
        <source>Next try in %1 s</source>
        <translation>Nächster Versuch in %1 s</translation>
    </message>
    <message>
        <source>The gateway asks for something that only you know</source>
        <translation>Das Gateway fragt nach etwas, das nur Sie wissen</translation>
    </message>
    <message>
        <source>Ginnel&apos;s service is not running</source>
        <translation>Ginnels Dienst läuft nicht</translation>
    </message>
    <message>
        <source>The kill switch stops all traffic until you connect</source>
        <translation>Der Kill-Switch hält allen Verkehr an, bis Sie verbinden</translation>
    </message>
    <message>
        <source>Saying goodbye to the gateway</source>
        <translation>Verabschiedet sich vom Gateway</translation>
    </message>
    <message>
        <source>Connects by itself when its rules say so</source>
        <translation>Verbindet von selbst, wenn ihre Regeln es sagen</translation>
    </message>
</context>
<context>
    <name>Suites</name>
    <message>
        <source>Modern (recommended)</source>
        <translation>Modern (empfohlen)</translation>
    </message>
    <message>
        <source>Compatible with older servers (Windows Server, MikroTik)</source>
        <translation>Verträglich mit älteren Servern (Windows Server, MikroTik)</translation>
    </message>
    <message>
        <source>Post-quantum where possible</source>
        <translation>Post-Quanten, wo möglich</translation>
    </message>
    <message>
        <source>Post-quantum only</source>
        <translation>Nur Post-Quanten</translation>
    </message>
    <message>
        <source>Own choice</source>
        <translation>Eigene Wahl</translation>
    </message>
</context>
<context>
    <name>SuitesControl</name>
    <message>
        <source>Exact suites: %1</source>
        <translation>Genaue Suiten: %1</translation>
    </message>
    <message>
        <source>Keywords, one suite a line, the best first</source>
        <translation>Schlüsselwörter, eine Suite je Zeile, die beste zuerst</translation>
    </message>
</context>
<context>
    <name>Traffic</name>
    <message>
        <source>Networks behind the gateway</source>
        <translation>Netze hinter dem Gateway</translation>
    </message>
    <message>
        <source>Internet</source>
        <translation>Internet</translation>
    </message>
    <message>
        <source>Internet (IPv4)</source>
        <translation>Internet (IPv4)</translation>
    </message>
    <message>
        <source>Internet (IPv6)</source>
        <translation>Internet (IPv6)</translation>
    </message>
    <message>
        <source>Your local network</source>
        <translation>Ihr lokales Netz</translation>
    </message>
    <message>
        <source>Exceptions</source>
        <translation>Ausnahmen</translation>
    </message>
    <message>
        <source>through the tunnel</source>
        <translation>durch den Tunnel</translation>
    </message>
    <message>
        <source>past the tunnel</source>
        <translation>am Tunnel vorbei</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>angehalten</translation>
    </message>
    <message>
        <source>While connected</source>
        <translation>Während verbunden ist</translation>
    </message>
    <message>
        <source>While the connection is interrupted</source>
        <translation>Während die Verbindung unterbrochen ist</translation>
    </message>
    <message>
        <source>While disconnected</source>
        <translation>Während getrennt ist</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>%1 and %2 more</source>
        <translation>%1 und %2 weitere</translation>
    </message>
</context>
<context>
    <name>TrafficCard</name>
    <message>
        <source>Received</source>
        <translation>Empfangen</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>Gesendet</translation>
    </message>
    <message>
        <source>Round trip</source>
        <translation>Laufzeit</translation>
    </message>
    <message>
        <source>Chart of the last two minutes</source>
        <translation>Verlauf der letzten zwei Minuten</translation>
    </message>
    <message>
        <source>Data received and sent each second, and the round trip to the gateway</source>
        <translation>Empfangene und gesendete Daten je Sekunde und die Laufzeit zum Gateway</translation>
    </message>
    <message>
        <source>%1 in all</source>
        <translation>insgesamt %1</translation>
    </message>
    <message>
        <source>to the gateway and back</source>
        <translation>zum Gateway und zurück</translation>
    </message>
    <message>
        <source>not measured yet</source>
        <translation>noch nicht gemessen</translation>
    </message>
</context>
<context>
    <name>TrafficPicture</name>
    <message>
        <source>Picture of what goes where</source>
        <translation>Bild davon, was wohin geht</translation>
    </message>
    <message>
        <source>This machine</source>
        <translation>Dieser Rechner</translation>
    </message>
</context>
<context>
    <name>Tray</name>
    <message>
        <source>No contact with the service</source>
        <translation>Kein Kontakt zum Dienst</translation>
    </message>
    <message>
        <source>Not connected</source>
        <translation>Nicht verbunden</translation>
    </message>
    <message>
        <source>Connected: %1</source>
        <translation>Verbunden: %1</translation>
    </message>
    <message>
        <source>%1 is connected</source>
        <translation>%1 ist verbunden</translation>
    </message>
    <message>
        <source>%1 lost its gateway, and connects again</source>
        <translation>%1 hat sein Gateway verloren und verbindet neu</translation>
    </message>
    <message>
        <source>%1 failed</source>
        <translation>%1 ist gescheitert</translation>
    </message>
    <message>
        <source>%1 waits for you</source>
        <translation>%1 wartet auf Sie</translation>
    </message>
    <message>
        <source>%1 is disconnected, and its traffic is stopped</source>
        <translation>%1 ist getrennt, und der Verkehr dazu ist angehalten</translation>
    </message>
    <message>
        <source>%1 is disconnected</source>
        <translation>%1 ist getrennt</translation>
    </message>
    <message>
        <source>Ginnel - %1</source>
        <translation>Ginnel – %1</translation>
    </message>
    <message>
        <source>&amp;Open Ginnel</source>
        <translation>Ginnel ö&amp;ffnen</translation>
    </message>
    <message>
        <source>%1 &amp;more…</source>
        <translation>%1 &amp;weitere…</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Beenden</translation>
    </message>
    <message>
        <source>%1 - %2</source>
        <translation>%1 – %2</translation>
    </message>
    <message>
        <source>Connect</source>
        <translation>Verbinden</translation>
    </message>
    <message>
        <source>Disconnect</source>
        <translation>Trennen</translation>
    </message>
</context>
<context>
    <name>Value</name>
    <message>
        <source>(a secret)</source>
        <translation>(ein Geheimnis)</translation>
    </message>
    <message>
        <source>Yes</source>
        <translation>Ja</translation>
    </message>
    <message>
        <source>No</source>
        <translation>Nein</translation>
    </message>
    <message>
        <source>(none)</source>
        <translation>(nichts)</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 s</translation>
    </message>
</context>
<context>
    <name>WelcomePage</name>
    <message>
        <source>Welcome to Ginnel</source>
        <translation>Willkommen bei Ginnel</translation>
    </message>
    <message>
        <source>Connect to a network far away as if you were there. Bring the file that your administrator gave you, or enter what you know of the gateway.</source>
        <translation>Verbinden Sie sich mit einem fernen Netz, als wären Sie dort. Nehmen Sie die Datei, die Ihr Administrator Ihnen gab, oder geben Sie ein, was Sie vom Gateway wissen.</translation>
    </message>
    <message>
        <source>You have a file</source>
        <translation>Sie haben eine Datei</translation>
    </message>
    <message>
        <source>A profile of another VPN client, Apple&apos;s .mobileconfig, strongSwan&apos;s .sswan, Azure&apos;s package, a .p12, or one of Ginnel&apos;s. You can also drop it on this window.</source>
        <translation>Ein Profil eines anderen VPN-Programms, .mobileconfig von Apple, .sswan von strongSwan, das Paket von Azure, eine .p12 oder eines von Ginnel. Sie können es auch auf dieses Fenster ziehen.</translation>
    </message>
    <message>
        <source>&amp;Import a file…</source>
        <translation>Datei &amp;importieren…</translation>
    </message>
    <message>
        <source>You have a server and a user name</source>
        <translation>Sie haben einen Server und einen Benutzernamen</translation>
    </message>
    <message>
        <source>Most companies&apos; gateways need no more than these two and a password.</source>
        <translation>Die Gateways der meisten Firmen brauchen nicht mehr als diese beiden und ein Passwort.</translation>
    </message>
    <message>
        <source>C&amp;reate a connection…</source>
        <translation>Verbindung anle&amp;gen…</translation>
    </message>
</context>
<context>
    <name>_OfCertificates</name>
    <message>
        <source>From a file…</source>
        <translation>Aus einer Datei…</translation>
    </message>
    <message>
        <source>From a file: %1</source>
        <translation>Aus einer Datei: %1</translation>
    </message>
</context>
<context>
    <name>_RuleRow</name>
    <message>
        <source>fits this network</source>
        <translation>passt zu diesem Netz</translation>
    </message>
    <message>
        <source>%1. %2</source>
        <translation>%1. %2</translation>
    </message>
</context>
</TS>
