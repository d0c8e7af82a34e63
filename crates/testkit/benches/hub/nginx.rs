//! nginx as the peer: sendfile, one worker for each core, no logs.

use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

pub(crate) struct Nginx {
    process: Child,
    port: u16,
    root: PathBuf,
}

impl Nginx {
    /// Starts it on a free port; `None` where it is not installed.
    pub(crate) fn start(folder: &Path) -> Option<Self> {
        let root = folder.join("files");
        fs::create_dir_all(&root).expect("a folder can be made");
        let port = testbed::free_port().expect("a port is free");
        let at = folder.display();
        let settings = format!(
            "daemon off; master_process on; worker_processes auto; pid {at}/pid; user root;
             error_log {at}/error.log; events {{ worker_connections 1024; }}
             http {{ access_log off; sendfile on; tcp_nopush on; tcp_nodelay on;
                 keepalive_requests 1000000; open_file_cache max=1000;
                 client_body_temp_path {at}/a; proxy_temp_path {at}/b; fastcgi_temp_path {at}/c;
                 uwsgi_temp_path {at}/d; scgi_temp_path {at}/e;
                 server {{ listen 127.0.0.1:{port}; root {at}/files; }} }}"
        );
        let file = folder.join("nginx.conf");
        fs::write(&file, settings).expect("the settings can be written");
        let mut command = Command::new("nginx");
        command.arg("-c").arg(&file).stderr(Stdio::null());
        let process = command.spawn().ok()?;
        let nginx = Self { process, port, root };
        let is_up = || TcpStream::connect(("127.0.0.1", port)).is_ok();
        let mut waits = 0;
        while !is_up() {
            std::thread::sleep(Duration::from_millis(20));
            waits += 1;
            assert!(waits < 500, "nginx does not answer");
        }
        Some(nginx)
    }

    pub(crate) fn put(&self, name: &str, content: &[u8]) {
        fs::write(self.root.join(name), content).expect("the file can be written");
    }

    pub(crate) fn link(&self, name: &str, file: &Path) {
        fs::hard_link(file, self.root.join(name)).expect("the file is on the same file system");
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // SIGQUIT ends its workers too; a kill of the master would leave them.
        let pid = self.process.id().to_string();
        drop(Command::new("kill").args(["-QUIT", &pid]).status());
        drop(self.process.wait());
    }
}
