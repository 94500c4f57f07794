"""What tests share: raw ends, frames, scripts, relays, certificates, and the recorder as a process."""
