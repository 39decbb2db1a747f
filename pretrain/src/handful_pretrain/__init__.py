"""How handful's in-context model is trained, on synthetic tables alone.

The way of the data:
    seed -> tables                                   (prior/)
         -> cells -> trunk -> probabilities, quantiles   (model.py)
         -> loss -> step                             (loss.py, optimizer.py, train.py)
         -> a folder of checkpoints                  (checkpoint.py)
         -> log loss and CRPS on held-out tables     (evaluate.py)
"""
