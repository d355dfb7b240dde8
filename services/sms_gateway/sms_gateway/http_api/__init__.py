"""Carriers' APIs over HTTPS in the shape of Twilio's: requests, what answers mean, callbacks."""
